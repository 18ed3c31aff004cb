/* From a file in memory to a running image: place, copy, map, enter. */
#pragma once

#include "boot_info.h"

struct image {
    vaddr_t entry; /* where the image starts to run */
    paddr_t pml4;  /* tables that map it, for CR3 */
};

/*
 * Loads the ELF image in `file`: checks it, takes free memory for it (BOOT_IMAGE, one piece),
 * copies it there, and maps it at its link addresses, writable, beside all that is mapped now.
 * Fills info->image_base, image_size and image_vaddr.
 *
 * Returns 0, or a negative errno with `*field` naming what is at fault: the fields and errors of
 * elf_check (loader/elf_image.h), and
 *   p_memsz  -ENOMEM  there is no free piece of memory of the image's size, or none for tables
 */
int image_load(struct boot_info *info, const struct boot_module *file, struct image *image,
               const char **field) __attribute__((warn_unused_result));

/*
 * Enters the image under the contract of boot_info.h: CR3 = pml4, rdi = info, a fresh stack,
 * interrupts off, direction flag clear, and at `entry` rsp is 16-byte aligned, rbp is 0.
 */
_Noreturn void image_enter(const struct boot_info *info, vaddr_t entry, paddr_t pml4);
