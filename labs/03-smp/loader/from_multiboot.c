/* From what multiboot tells to what Pagurus tells: memory, command line, modules. */
#include "loader/from_multiboot.h"

#include <errno.h>
#include <string.h>

#include "exercise.h"
#include "loader/regions.h"
#include "multiboot.h"
#include "physical.h"

#define IMAGE_NAME_BYTES 256

extern char loader_start[], loader_bss_end[]; /* from loader.ld */

static const char empty[] = "";

/* Names the field at fault and returns the error: `return fault(field, "mmap_addr", -EFAULT)`. */
static int fault(const char **field, const char *name, int error)
{
    *field = name;
    return error;
}

/* A C string in physical memory, or NULL where it has no end that can be read. */
static const char *physical_string(paddr_t address)
{
    for (uint32_t length = 0; length < MULTIBOOT_STRING_BYTES_MAX; length++) {
        const char *end = physical(address + length, 1);
        if (!end)
            return NULL;
        if (*end == '\0')
            return physical(address, length + 1);
    }
    return NULL;
}

/* The type that stands in boot_info for one of multiboot's (multiboot specification §3.3). */
static enum boot_region_type region_type(uint32_t multiboot_type)
{
    switch (multiboot_type) {
    case MULTIBOOT_MEMORY_AVAILABLE:
        return BOOT_FREE;
    case MULTIBOOT_MEMORY_ACPI_RECLAIMABLE:
        return BOOT_ACPI_RECLAIM;
    case MULTIBOOT_MEMORY_NVS:
        return BOOT_ACPI_NVS;
    case MULTIBOOT_MEMORY_BADRAM:
        return BOOT_BAD;
    default:
        return BOOT_RESERVED;
    }
}

/*
 * Claims every range of the memory map (multiboot specification §3.3, flags bit 6), or, without a
 * map, mem_lower and mem_upper (bit 0). An entry's `size` does not count the size field itself,
 * and may be larger than the fields that we know. Read only what physical() lets you; the map's
 * length has been checked.
 */
static int memory_from_multiboot(struct boot_info *info, const struct multiboot_info *multiboot,
                                 const char **field)
{
    /* EXERCISE 1.4b (15 points): the memory map. */
    const uint32_t known = sizeof(struct multiboot_mmap_entry) - sizeof(uint32_t);

    if (!(multiboot->flags & MULTIBOOT_INFO_MEM_MAP)) {
        if (!(multiboot->flags & MULTIBOOT_INFO_MEMORY))
            return 0;
        if (region_claim(info, 0, multiboot->mem_lower * 1024ull, BOOT_FREE) ||
            region_claim(info, 1ull << 20, multiboot->mem_upper * 1024ull, BOOT_FREE))
            return fault(field, "mmap_length", -ENOSPC);
        return 0;
    }

    if (!physical_readable(multiboot->mmap_addr, multiboot->mmap_length))
        return fault(field, "mmap_addr", -EFAULT);

    uint64_t offset = 0;
    while (offset < multiboot->mmap_length) {
        const struct multiboot_mmap_entry *entry =
            physical((paddr_t)multiboot->mmap_addr + offset, sizeof *entry);
        if (!entry || multiboot->mmap_length - offset < sizeof *entry || entry->size < known)
            return fault(field, "mmap size", -EINVAL);
        if (region_claim(info, entry->base, entry->length, region_type(entry->type)))
            return fault(field, "mmap_length", -ENOSPC);
        offset += (uint64_t)entry->size + sizeof entry->size;
    }
    return 0;
    /* END EXERCISE 1.4b */
}

/*
 * Sets info->command_line: behind the boot program's name and the spaces that follow it; an empty
 * string where there is none (flags bit 2). The whole string is claimed as BOOT_LOADER.
 */
static int command_line_from_multiboot(struct boot_info *info,
                                       const struct multiboot_info *multiboot, const char **field)
{
    info->command_line = (paddr_t)empty;

    /* EXERCISE 1.4c (15 points): the command line. */
    if (!(multiboot->flags & MULTIBOOT_INFO_CMDLINE))
        return 0;

    const char *text = physical_string(multiboot->cmdline);
    if (!text)
        return fault(field, "cmdline", -EFAULT);
    if (region_claim(info, multiboot->cmdline, strlen(text) + 1, BOOT_LOADER))
        return fault(field, "mmap_length", -ENOSPC);

    size_t name = strcspn(text, " ");
    size_t spaces = strspn(text + name, " ");
    info->command_line = (paddr_t)multiboot->cmdline + name + spaces;
    return 0;
    /* END EXERCISE 1.4c */
}

/*
 * Describes one of multiboot's modules (multiboot specification §3.3, flags bit 3), and claims its
 * bytes for `type`, then its string, if it has one (its address is not 0), for BOOT_LOADER.
 */
static int module_from_multiboot(struct boot_info *info, const struct multiboot_module *multiboot,
                                 enum boot_region_type type, struct boot_module *module,
                                 const char **field)
{
    /* EXERCISE 1.4d (15 points): one module. */
    if (multiboot->mod_end < multiboot->mod_start)
        return fault(field, "mod_end", -EFAULT);
    module->base = multiboot->mod_start;
    module->size = multiboot->mod_end - multiboot->mod_start;
    module->string = multiboot->string;
    if (!physical_readable(module->base, module->size))
        return fault(field, "mod_start", -EFAULT);

    if (region_claim(info, module->base, module->size, type))
        return fault(field, "mmap_length", -ENOSPC);
    if (module->string == 0)
        return 0;

    const char *text = physical_string(module->string);
    if (!text)
        return fault(field, "string", -EFAULT);
    if (region_claim(info, module->string, strlen(text) + 1, BOOT_LOADER))
        return fault(field, "mmap_length", -ENOSPC);
    return 0;
    /* END EXERCISE 1.4d */
}

/* The image is the first module; the others become the application's. */
static int modules_from_multiboot(struct boot_info *info, const struct multiboot_info *multiboot,
                                  struct boot_module *file, const char **field)
{
    uint32_t count = multiboot->flags & MULTIBOOT_INFO_MODS ? multiboot->mods_count : 0;
    if (count == 0)
        return fault(field, "mods_count", -ENOENT);
    if (count > BOOT_MODULES_MAX + 1)
        return fault(field, "mods_count", -E2BIG);

    const struct multiboot_module *modules =
        physical(multiboot->mods_addr, count * sizeof *modules);
    if (!modules)
        return fault(field, "mods_addr", -EFAULT);

    int error = module_from_multiboot(info, &modules[0], BOOT_LOADER, file, field);
    if (!error && file->base % PAGE_SIZE != 0)
        error = fault(field, "mod_start", -EINVAL);

    for (uint32_t i = 1; i < count && !error; i++) {
        struct boot_module *module = &info->modules[info->module_count++];
        error = module_from_multiboot(info, &modules[i], BOOT_MODULE, module, field);
        if (!error && !module->string)
            module->string = (paddr_t)empty;
    }
    return error;
}

/* Copies the last part of the path that the image's string starts with: the string itself stays. */
static paddr_t image_name(paddr_t string)
{
    static char name[IMAGE_NAME_BYTES];
    const char *text = string ? physical_string(string) : empty, *start = text;

    for (; *text && *text != ' '; text++)
        if (*text == '/')
            start = text + 1;
    size_t length = text - start;
    if (length > sizeof name - 1)
        length = sizeof name - 1;
    memcpy(name, start, length);
    name[length] = '\0';
    return (paddr_t)name;
}

int boot_info_build(struct boot_info *info, uint32_t magic, paddr_t information,
                    struct boot_module *file, const char **field)
{
    static const char loader_name[] = "Pagurus loader";

    memset(info, 0, sizeof *info);
    info->magic = BOOT_INFO_MAGIC;
    info->version = BOOT_INFO_VERSION;
    info->size = sizeof *info;
    info->loader_name = (paddr_t)loader_name;

    if (magic != MULTIBOOT_BOOTLOADER_MAGIC)
        return fault(field, "magic", -EINVAL);
    const struct multiboot_info *multiboot = physical(information, sizeof *multiboot);
    if (!multiboot)
        return fault(field, "info", -EFAULT);

    if (region_claim(info, 0, PAGE_SIZE, BOOT_RESERVED) ||
        region_claim(info, (paddr_t)loader_start, loader_bss_end - loader_start, BOOT_LOADER))
        return fault(field, "mmap_length", -ENOSPC);

    if (multiboot->flags & MULTIBOOT_INFO_MEM_MAP &&
        multiboot->mmap_length > MULTIBOOT_MMAP_BYTES_MAX)
        return fault(field, "mmap_length", -E2BIG);

    int error = memory_from_multiboot(info, multiboot, field);
    if (!error)
        error = command_line_from_multiboot(info, multiboot, field);
    if (!error)
        error = modules_from_multiboot(info, multiboot, file, field);
    if (!error)
        info->image_name = image_name(file->string);
    return error;
}

uint64_t boot_info_free(const struct boot_info *info)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < info->region_count; i++)
        if (info->regions[i].type == BOOT_FREE)
            bytes += info->regions[i].size;
    return bytes;
}
