/*
 * ACPI, as far as processors and interrupts need it: RSDP, RSDT or XSDT, MADT.
 *
 * What the firmware says is foreign input: every table's checksum, length and place are checked
 * before it is believed. All numbers are little-endian, and stand at any address.
 *
 * Source: ACPI specification 6.4, §5.2.5 (RSDP), §5.2.6 (header), §5.2.7 and §5.2.8 (RSDT, XSDT),
 * §5.2.12 (MADT).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "types.h"

#define CPUS_MAX      64
#define OVERRIDES_MAX 16
#define LOCAL_APIC    0xfee00000u /* where local APICs are, unless the MADT says otherwise */

/* An ISA interrupt that does not arrive where its number says (§5.2.12.5). */
struct acpi_override {
    uint8_t irq;    /* the ISA interrupt, 0 to 15 */
    uint32_t gsi;   /* the I/O APIC's input, counted over all of them */
    uint16_t flags; /* bits 0-1: polarity, 3 is active low; bits 2-3: trigger mode, 3 is level */
};

/* What the tables say about processors and interrupt controllers. */
struct acpi_platform {
    uint32_t cpu_count;
    uint32_t apic_ids[CPUS_MAX]; /* of the CPUs that may be used, in the table's order */
    uint32_t cpus_disabled;      /* entries that are switched off */
    uint32_t cpus_ignored;       /* beyond CPUS_MAX */
    paddr_t local_apic;          /* where its registers are */
    paddr_t io_apic;             /* of the one whose inputs start at gsi 0, or 0: none */
    uint32_t override_count;
    struct acpi_override overrides[OVERRIDES_MAX];
};

/*
 * Reads the tables, starting at `rsdp`, or where firmware keeps it if that is 0.
 *
 * Returns 0, or a negative errno, and says on the console which table is at fault: -ENOENT there is
 * no ACPI or no MADT, -EINVAL a checksum or a length is wrong. Then `platform` describes a machine
 * of one CPU, the one that runs, without an I/O APIC.
 */
int acpi_read(paddr_t rsdp, struct acpi_platform *platform);
