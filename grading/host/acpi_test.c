/* smp/acpi.c: known tables, tables drawn at random, and each of them with something wrong. */
#include "smp/acpi.h"

#include <string.h>

#include "acpi_make.h"
#include "test.h"

static void known_tables(void)
{
    for (int wide = 0; wide < 2; wide++) {
        uint8_t input[ACPI_INPUT_MAX];
        size_t size = acpi_make_known(input, wide);
        judge(acpi_judge, input, size);
        for (size_t cut = 0; cut < size; cut++)
            judge(acpi_judge, input, cut);
    }
}

static void limits(void)
{
    uint8_t input[ACPI_INPUT_MAX];

    for (unsigned count = 14; count < 80; count++)
        judge(acpi_judge, input, acpi_make_many(input, count));
    for (unsigned length = 36; length <= 44; length++)
        judge(acpi_judge, input, acpi_make_short(input, length));
}

/* Every bit of a small system of tables flipped, with the checksums as they were and made right. */
static void every_bit(void)
{
    for (int wide = 0; wide < 2; wide++) {
        uint8_t input[ACPI_INPUT_MAX];
        size_t size = acpi_make_known(input, wide);
        for (size_t bit = 8; bit < 8 * size; bit++)
            for (int sealed = 0; sealed < 2; sealed++) {
                input[0] = (uint8_t)sealed;
                input[bit / 8] ^= (uint8_t)(1u << bit % 8);
                judge(acpi_judge, input, size);
                input[bit / 8] ^= (uint8_t)(1u << bit % 8);
            }
    }
}

static void random_tables(void)
{
    for (int round = 0; round < 3000; round++) {
        uint8_t input[ACPI_INPUT_MAX];
        size_t size = acpi_make_random(input);
        judge(acpi_judge, input, size);
        for (unsigned i = 0; i < 3; i++)
            input[1 + random_below(size - 1)] = (uint8_t)random_bits();
        judge(acpi_judge, input, size);
    }
}

const struct test acpi_tests[] = {
    {"acpi/known_tables", known_tables},
    {"acpi/limits", limits},
    {"acpi/every_bit", every_bit},
    {"acpi/random_tables", random_tables},
    {NULL, NULL},
};
