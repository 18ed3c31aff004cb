/*
 * The I/O APIC: which processor a device interrupts, and by which vector. The old PICs are off.
 *
 * Source: Intel 82093AA data sheet, §3.
 */
#pragma once

#include <stdint.h>

#include "smp/acpi.h"

/* Masks both PICs, maps the I/O APIC (if there is one) and masks all its inputs. */
void ioapic_init(const struct acpi_platform *platform);

/*
 * Lets ISA interrupt `irq` raise `vector` on the CPU with this APIC id.
 * Returns 0, or -ENODEV: there is no I/O APIC, or it has no such input.
 */
int ioapic_route(unsigned irq, uint8_t vector, uint32_t apic_id)
    __attribute__((warn_unused_result));
