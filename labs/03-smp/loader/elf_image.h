/* Reading an ELF64 image: trust nothing, then copy. Knows files and bytes, not the machine. */
#pragma once

#include <stdint.h>

#include "elf.h"
#include "types.h"

/* Images are linked into the top 2 GiB (gcc's -mcmodel=kernel). */
#define IMAGE_VADDR_FIRST 0xffffffff80000000ull

/* What the loader needs to know of an image that has been checked. */
struct elf_image {
    const struct elf64_phdr *segments; /* the program headers, in the file */
    unsigned count;
    vaddr_t entry;
    vaddr_t base;  /* page that the lowest segment starts in */
    uint64_t size; /* from there to the end of the highest segment, in whole pages */
};

/*
 * Checks that the `size` bytes at `file` are an image that can be loaded, and describes it.
 * `file` is 8-byte aligned. Nothing outside of it is read, whatever it says.
 *
 * Returns 0, or a negative errno with `*field` naming the first rule in this order that is broken:
 *
 *   e_ident      -ENOEXEC  the file is shorter than an ELF header, or lacks the magic "\177ELF"
 *   EI_CLASS, EI_DATA, EI_VERSION
 *                -ENOEXEC  not 64-bit, not little endian, not EV_CURRENT
 *   e_type       -ENOEXEC  not ET_EXEC
 *   e_machine    -ENOEXEC  not EM_X86_64
 *   e_version    -ENOEXEC  not EV_CURRENT
 *   e_phentsize  -ENOEXEC  not the size of struct elf64_phdr
 *   e_phnum      -ENOEXEC  0
 *   e_phoff      -ENOEXEC  the program headers do not all lie in the file, or do not start at a
 *                          multiple of 8
 * then of each segment of type PT_LOAD with p_memsz > 0, in the order of the file
 *   p_filesz     -ENOEXEC  more than p_memsz
 *   p_offset     -ENOEXEC  the segment's bytes do not all lie in the file, or, where it has none
 *                          (p_filesz 0), p_offset lies past the file's end
 *   p_vaddr      -ENOEXEC  below IMAGE_VADDR_FIRST, or below the end of the last such segment
 *                          (the specification wants them ascending; so none overlap)
 *   p_memsz      -ENOEXEC  the segment's last byte would lie in the last page of the address space
 *                          or past it
 *   p_align      -ENOEXEC  neither 0 nor a power of two, or p_vaddr and p_offset differ modulo it
 * and last
 *   p_type       -ENOEXEC  there is no segment to load
 *   e_entry      -ENOEXEC  not inside the p_memsz bytes of a loaded segment
 */
int elf_check(const void *file, uint64_t size, struct elf_image *image, const char **field)
    __attribute__((warn_unused_result));

/*
 * Copies the segments of a checked image to `memory`, which stands for image->base and has
 * image->size bytes. Every byte that no loaded segment's file part covers becomes zero.
 */
void elf_copy(const void *file, const struct elf_image *image, void *memory);
