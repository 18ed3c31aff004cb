/*
 * Multiboot 0.6.96: what a boot loader (QEMU's -kernel is one) hands over. All addresses are
 * physical and 32 bits wide, and nothing is promised of their alignment (hence `packed`). The
 * header's constants for NASM stand in multiboot.inc.
 */
#pragma once

#include <stdint.h>

#define MULTIBOOT_BOOTLOADER_MAGIC 0x2badb002u /* in eax at entry (§3.2) */

/* Bits of multiboot_info.flags: which fields are valid (§3.3). */
#define MULTIBOOT_INFO_MEMORY  (1u << 0)
#define MULTIBOOT_INFO_CMDLINE (1u << 2)
#define MULTIBOOT_INFO_MODS    (1u << 3)
#define MULTIBOOT_INFO_MEM_MAP (1u << 6)

struct multiboot_info {
    uint32_t flags;
    uint32_t mem_lower; /* KiB from address 0 */
    uint32_t mem_upper; /* KiB from 1 MiB */
    uint32_t boot_device;
    uint32_t cmdline; /* a C string */
    uint32_t mods_count;
    uint32_t mods_addr; /* the first struct multiboot_module */
    uint32_t syms[4];
    uint32_t mmap_length; /* bytes */
    uint32_t mmap_addr;   /* the first struct multiboot_mmap_entry */
} __attribute__((packed));

struct multiboot_module {
    uint32_t mod_start;
    uint32_t mod_end; /* the first byte behind it */
    uint32_t string;  /* a C string, or 0 */
    uint32_t reserved;
} __attribute__((packed));

/* `size` counts the bytes behind itself: the next entry starts at this one + size + 4. */
struct multiboot_mmap_entry {
    uint32_t size;
    uint64_t base;
    uint64_t length; /* bytes */
    uint32_t type;
} __attribute__((packed));

#define MULTIBOOT_MEMORY_AVAILABLE        1
#define MULTIBOOT_MEMORY_ACPI_RECLAIMABLE 3
#define MULTIBOOT_MEMORY_NVS              4
#define MULTIBOOT_MEMORY_BADRAM           5
