/* Makes systems of ACPI tables, as acpi_judge.c reads them: for its tests, and to fuzz from. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACPI_INPUT_MAX 8192

/* A few CPUs, an I/O APIC, an override, behind an XSDT or an RSDT. Returns the size. */
size_t acpi_make_known(uint8_t *input, bool wide);

/* So many CPUs and overrides. */
size_t acpi_make_many(uint8_t *input, unsigned count);

/* A MADT that ends within its fixed part, after so many bytes. */
size_t acpi_make_short(uint8_t *input, unsigned length);

/* Any entries, other tables, lengths that may be wrong. */
size_t acpi_make_random(uint8_t *input);
