/*
 * The I/O APIC: which processor a device interrupts, and by which vector. The old PICs are off.
 *
 * Source: Intel 82093AA data sheet, §3; Intel 8259A data sheet for the PICs.
 */
#pragma once

#include <stdint.h>

#include "smp/acpi.h"

/*
 * Switches both PICs off, maps the I/O APIC (if there is one) and masks all its inputs. What
 * `platform` says of it is kept. Called once.
 */
void ioapic_init(const struct acpi_platform *platform);

/*
 * Lets ISA interrupt `irq` raise `vector` on the CPU with this APIC id, as often as it comes. Where
 * it arrives, and with which polarity and trigger mode, the overrides of ACPI say.
 *
 * Returns 0, or -ENODEV with nothing changed: there is no I/O APIC, or it has no such input, or
 * cannot reach that CPU (an id above 255).
 */
int ioapic_route(unsigned irq, uint8_t vector, uint32_t apic_id)
    __attribute__((warn_unused_result));
