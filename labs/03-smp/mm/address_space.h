/*
 * The kernel's own address space, which replaces the loader's.
 *
 *   DIRECT_MAP  all RAM, with the largest pages, writable, never executable; no device, no hole
 *   STACK_AREA  guarded stacks
 *   IMAGE_AREA  the image: .text may be executed and not written, .rodata neither, .data and .bss
 *               written and not executed
 *
 * Nothing else: page 0 and the loader's one-to-one map are gone. All of it is global.
 */
#pragma once

#include "boot_info.h"
#include "mm/page_tables.h"

/* The one that CR3 holds. */
extern struct page_tables kernel_tables;

/*
 * Makes the direct map work for the low 4 GiB, in the loader's tables: its one-to-one map is
 * entered a second time, at DIRECT_MAP.
 */
void direct_map_borrow(void);

/*
 * Makes kernel_tables and switches to them. From then on CR0.WP, CR4.PGE and EFER.NXE are set.
 * Called once, after frames_init. Panics where memory is too short.
 */
void address_space_init(const struct boot_info *info);

/* Whether a region of boot_info is memory, whoever uses it. */
static inline bool region_is_ram(const struct boot_region *region)
{
    return region->type == BOOT_FREE || region->type == BOOT_ACPI_RECLAIM ||
           region->type == BOOT_LOADER || region->type == BOOT_MODULE || region->type == BOOT_IMAGE;
}
