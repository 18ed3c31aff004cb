/* From what multiboot tells to what Pagurus tells: struct boot_info. */
#pragma once

#include "boot_info.h"

/*
 * Fills `info` from the multiboot information at physical address `information`; `file` becomes
 * the first module, which is the image to boot, and the others become info's modules.
 *
 * Memory: every range of the multiboot map is claimed under its type, whatever the map's order,
 * overlaps and entry size; without a map, mem_lower and mem_upper are taken. Page 0 is
 * BOOT_RESERVED. Claimed as BOOT_LOADER: the loader itself, the image file, the command line and
 * the modules' strings. The modules are BOOT_MODULE. So nothing that is in use is free.
 *
 * The command line is what follows the boot program's own name (the first word, which QEMU puts
 * there), from the next character that is not a blank; with none it is the empty string.
 * image_name is the last part of the path that is the first word of the image module's string.
 *
 * Returns 0, or a negative errno, with `*field` naming the multiboot field at fault:
 *   -EINVAL  "magic"      not entered by a multiboot loader
 *   -EFAULT  "info", "mmap_addr", "mods_addr", "mod_start", "mod_end", "cmdline", "string"
 *            something lies where the loader cannot read it, or ends before it starts
 *   -EINVAL  "mmap size"  a map entry is too short to hold base, length and type
 *   -ENOENT  "mods_count" no module, so no image
 *   -E2BIG   "mods_count" more than BOOT_MODULES_MAX besides the image
 *   -ENOSPC  "mmap_length" more regions than BOOT_REGIONS_MAX
 */
int boot_info_build(struct boot_info *info, uint32_t magic, paddr_t information,
                    struct boot_module *file, const char **field)
    __attribute__((warn_unused_result));

/* Bytes of all free regions. */
uint64_t boot_info_free(const struct boot_info *info);
