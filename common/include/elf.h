/*
 * ELF64 for x86-64: the file header and the program headers, by the names of the specification
 * (System V ABI, gABI chapters 4 and 5; the processor supplement for x86-64).
 */
#pragma once

#include <stdint.h>

#define EI_CLASS   4 /* indexes into e_ident */
#define EI_DATA    5
#define EI_VERSION 6
#define EI_NIDENT  16

#define ELFCLASS64  2
#define ELFDATA2LSB 1 /* little endian */
#define EV_CURRENT  1
#define ET_EXEC     2
#define EM_X86_64   62
#define PT_LOAD     1

struct elf64_ehdr {
    uint8_t e_ident[EI_NIDENT];
    uint16_t e_type;
    uint16_t e_machine;
    uint32_t e_version;
    uint64_t e_entry; /* virtual address of the first instruction */
    uint64_t e_phoff; /* where the program headers start in the file, in bytes */
    uint64_t e_shoff;
    uint32_t e_flags;
    uint16_t e_ehsize;
    uint16_t e_phentsize; /* size of one program header, in bytes */
    uint16_t e_phnum;     /* their number */
    uint16_t e_shentsize;
    uint16_t e_shnum;
    uint16_t e_shstrndx;
};

struct elf64_phdr {
    uint32_t p_type;
    uint32_t p_flags;
    uint64_t p_offset; /* where the segment's bytes start in the file */
    uint64_t p_vaddr;  /* where they belong in memory */
    uint64_t p_paddr;
    uint64_t p_filesz; /* bytes in the file */
    uint64_t p_memsz;  /* bytes in memory; those past p_filesz are zero */
    uint64_t p_align;  /* 0, 1 or a power of two */
};
