/*
 * What whoever boots the image tells it: the loader of lab 01, and the hypervisor of lab 06.
 *
 * The image is entered at its ELF entry point in long mode with
 *   rdi        physical address of a struct boot_info
 *   rsp        a stack of at least 16 KiB, 16-byte aligned
 *   RFLAGS     IF = 0 (interrupts off), DF = 0
 *   CR3        tables that map the image at its link addresses and the low 4 GiB one to one,
 *              except page 0, which is absent
 *
 * All addresses here are physical. The structure and what it points to lie in BOOT_LOADER
 * regions: they stay until the kernel gives those away.
 */
#pragma once

#include "types.h"

#define BOOT_INFO_MAGIC   0x5355525547415021ull /* "!PAGURUS" in memory */
#define BOOT_INFO_VERSION 1

#define BOOT_REGIONS_MAX 128
#define BOOT_MODULES_MAX 16

/* What a piece of physical memory is. Where two claims overlap, the higher number wins. */
enum boot_region_type {
    BOOT_FREE = 1,         /* RAM that nobody uses */
    BOOT_ACPI_RECLAIM = 2, /* ACPI tables; RAM once they have been read */
    BOOT_ACPI_NVS = 3,     /* kept for ACPI */
    BOOT_RESERVED = 4,     /* the firmware's or a device's */
    BOOT_BAD = 5,          /* broken RAM */
    BOOT_LOADER = 6,       /* the loader, its tables and stack, this structure: RAM once unused */
    BOOT_MODULE = 7,       /* a boot module */
    BOOT_IMAGE = 8,        /* the image, as loaded */
};

/*
 * Regions are page-aligned, ascend, do not overlap, and neighbours differ in type or do not touch.
 */
struct boot_region {
    paddr_t base;
    uint64_t size; /* bytes, more than 0 */
    uint64_t type; /* enum boot_region_type */
};

struct boot_module {
    paddr_t base;
    uint64_t size;  /* bytes, may be 0 */
    paddr_t string; /* a C string: the name that it was given, and arguments */
};

struct boot_info {
    uint64_t magic;   /* BOOT_INFO_MAGIC */
    uint32_t version; /* BOOT_INFO_VERSION */
    uint32_t size;    /* bytes of this structure */

    paddr_t command_line; /* a C string: the arguments, without the loader's own name */
    paddr_t image_name;   /* a C string: the file name of the image */
    paddr_t loader_name;  /* a C string: who booted us */

    paddr_t image_base; /* where the image lies: one piece, page-aligned */
    uint64_t image_size;
    vaddr_t image_vaddr; /* the link address that image_base is mapped at */

    paddr_t rsdp;     /* ACPI root pointer, or 0: not told */
    uint32_t cpus;    /* number of processors, or 0: not told */
    uint32_t tsc_khz; /* ticks of the time-stamp counter a millisecond, or 0: not told */

    uint32_t region_count;
    uint32_t module_count; /* without the image */
    struct boot_region regions[BOOT_REGIONS_MAX];
    struct boot_module modules[BOOT_MODULES_MAX];
};
