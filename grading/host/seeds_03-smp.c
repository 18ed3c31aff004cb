/* Writes small inputs of lab 03's subjects for the fuzzer to start from: seeds FOLDER */
#include <stdio.h>
#include <string.h>

#include "acpi_make.h"
#include "seeds.h"

/* As pairing_heap_judge.c reads them: steps of what to do, a node, a key. */
static void keep_pairing_heap(void)
{
    static const uint8_t mixed[] = {
        0, 1, 9, 0, 2, 4, 0, 3, 4, 1, 4, 0, 0, 5, 2, 0, 6, 9, 0, 7, 1, /* put in */
        2, 3, 0, 2, 7, 0, 3, 0, 0, 0, 8, 3, 3, 0, 0, 3, 0, 0, 3, 0, 0, /* taken out */
    };
    keep("pairing_heap", "mixed", mixed, sizeof mixed);
}

static void keep_acpi(void)
{
    uint8_t input[ACPI_INPUT_MAX];

    keep("acpi", "rsdt", input, acpi_make_known(input, false));
    keep("acpi", "xsdt", input, acpi_make_known(input, true));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    folder = argv[1];
    keep_pairing_heap();
    keep_acpi();
    return 0;
}
