/* Prints its first module on the console by one printf: what goes in must come out. */
#include <stdio.h>

#include "kernel/boot.h"

int main(void)
{
    if (boot_info->module_count < 1)
        return 1;
    const struct boot_module *module = &boot_info->modules[0];
    return printf("%.*s", (int)module->size, (const char *)module->base) == (int)module->size ? 0
                                                                                              : 2;
}
