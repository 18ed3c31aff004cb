/* From what multiboot tells to what Pagurus tells: struct boot_info. */
#pragma once

#include "boot_info.h"

/* What multiboot hands over is not to be trusted to have an end. */
#define MULTIBOOT_MMAP_BYTES_MAX   (64u << 10)
#define MULTIBOOT_STRING_BYTES_MAX (64u << 10) /* with its '\0' */

/*
 * Fills `info` from the multiboot information at physical address `information`; `file` becomes
 * the first module, which is the image to boot, and the others become info's modules. What
 * multiboot points to is only read, and only where physical() (physical.h) lets us.
 *
 * Memory: every range of the multiboot map is claimed under its type, whatever the map's order,
 * overlaps and entry size; the last entry's size may lead past the end of the map. Without a map,
 * mem_lower and mem_upper are taken. Page 0 is BOOT_RESERVED. Claimed as BOOT_LOADER: the loader
 * itself, the image file, the command line and the modules' strings, each with its '\0'. The other
 * modules are BOOT_MODULE. So nothing that is in use is free.
 *
 * The command line is what follows the boot program's own name and the spaces behind it. The name,
 * which QEMU puts there, is all up to the first space. Where nothing follows, or multiboot has no
 * command line, it is the empty string.
 * A module whose string is 0 has the empty string.
 * image_name is the last part of the path that the image module's string holds up to its first
 * space, cut after 255 bytes.
 *
 * Returns 0, or a negative errno, with `*field` naming the multiboot field at fault:
 *   -EINVAL  "magic"       not entered by a multiboot loader
 *   -EFAULT  "info", "mmap_addr", "mods_addr"
 *            the information, the map or the list of modules lies where physical() cannot read it
 *   -E2BIG   "mmap_length" the map has more than MULTIBOOT_MMAP_BYTES_MAX bytes
 *   -EINVAL  "mmap size"   a map entry, or the rest of the map, is too short to hold an entry's
 *                          size, base, length and type
 *   -EFAULT  "cmdline", "string"
 *            the string has no '\0' that physical() can read within MULTIBOOT_STRING_BYTES_MAX
 *   -ENOENT  "mods_count"  no module, so no image
 *   -E2BIG   "mods_count"  more than BOOT_MODULES_MAX besides the image
 *   -EFAULT  "mod_end"     a module ends before it starts
 *   -EFAULT  "mod_start"   a module lies where physical() cannot read all of it
 *   -EINVAL  "mod_start"   the image file does not start on a page, which our header asks for
 *   -ENOSPC  "mmap_length" more regions than BOOT_REGIONS_MAX
 * Where several things are wrong, it is the first one on this way: the map, entry by entry; the
 * command line; the modules, one by one, and of each its range before its string; where the image
 * starts comes last of the first module's. A map of 0 bytes, and neither map nor mem_lower, mean
 * that no memory is free.
 */
int boot_info_build(struct boot_info *info, uint32_t magic, paddr_t information,
                    struct boot_module *file, const char **field)
    __attribute__((warn_unused_result));

/* Bytes of all free regions. */
uint64_t boot_info_free(const struct boot_info *info);
