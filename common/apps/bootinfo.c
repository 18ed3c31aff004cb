/* Shows what the kernel was told at boot: regions and modules, with a checksum of each module. */
#include <stdio.h>

#include "kernel/boot.h"
#include "report.h"

static const char *type_name(uint64_t type)
{
    static const char *const names[] = {"?",       "free",   "ACPI",   "ACPI NVS", "reserved",
                                        "bad RAM", "loader", "module", "image"};
    return type < sizeof names / sizeof names[0] ? names[type] : "?";
}

static const char *text(paddr_t address)
{
    return boot_pointer(address);
}

/* The FNV-1a hash of 64 bits. */
static uint64_t checksum(const unsigned char *bytes, uint64_t size)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (uint64_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3;
    return hash;
}

int main(void)
{
    const struct boot_info *info = boot_info;

    printf("booted by %s, image %s, arguments \"%s\"\n", text(info->loader_name),
           text(info->image_name), text(info->command_line));
    report("# boot_info %#lx version %u size %u\n", (uint64_t)info, info->version, info->size);
    report("# image %#lx %#lx %#lx\n", info->image_base, info->image_size, info->image_vaddr);
    report("# cpus %u tsc_khz %u rsdp %#lx\n", info->cpus, info->tsc_khz, info->rsdp);

    for (uint32_t i = 0; i < info->region_count; i++) {
        const struct boot_region *region = &info->regions[i];
        printf("%#014lx - %#014lx  %8lu KiB  %s\n", region->base, region->base + region->size,
               region->size / 1024, type_name(region->type));
        report("# region %#lx %#lx %lu\n", region->base, region->size, region->type);
    }
    for (uint32_t i = 0; i < info->module_count; i++) {
        const struct boot_module *module = &info->modules[i];
        printf("module %u: %lu bytes at %#lx, \"%s\"\n", i, module->size, module->base,
               text(module->string));
        report("# module %#lx %#lx %#lx %s\n", module->base, module->size,
               checksum(boot_pointer(module->base), module->size), text(module->string));
    }
    return 0;
}
