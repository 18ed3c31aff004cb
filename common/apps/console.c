/* Prints its first module on the console by one printf: what goes in must come out. */
#include <stdio.h>

#include "kernel/boot.h"

int main(void)
{
    if (boot_info->module_count < 1)
        return 1;
    const struct boot_module *module = &boot_info->modules[0];
    int size = (int)module->size;
    return printf("%.*s", size, (const char *)boot_pointer(module->base)) == size ? 0 : 2;
}
