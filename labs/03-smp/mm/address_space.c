/* The kernel's own tables: what a unikernel needs to see, each with the least rights. */
#include "mm/address_space.h"

#include "exercise.h"
#include "machine.h"
#include "mm/direct.h"
#include "mm/layout.h"
#include "mm/page_walk.h"
#include "x86.h"

extern char image_start[], image_rodata[], image_data[], image_end[]; /* image.ld */

struct page_tables kernel_tables;

void direct_map_borrow(void)
{
    uint64_t *pml4 = (uint64_t *)(read_cr3() & PTE_ADDR); /* mapped one to one by the loader */

    pml4[page_index(DIRECT_MAP, PAGE_LEVELS)] = pml4[0];
}

/* page_map into kernel_tables; at this time nothing can be done without. */
static void map(vaddr_t address, paddr_t target, uint64_t size, page_flags_t flags)
{
    int error = page_map(&kernel_tables, address, target, size, flags | PAGE_GLOBAL);
    if (error)
        panic("cannot map %#lx bytes at %#lx: error %d", size, address, error);
}

/*
 * Maps the image at its link addresses, in three parts with three rights (address_space.h): .text
 * from image_start on, .rodata from image_rodata on, .data and .bss from image_data up to image_end.
 * Each part starts on a page of its own (image.ld), and each end is rounded up to a page's end. In
 * physical memory the image lies in one piece: info->image_vaddr at info->image_base.
 */
static void map_image(const struct boot_info *info)
{
    /* EXERCISE 2.3a (15 points): the image, W^X. */
    const struct {
        char *start, *end;
        page_flags_t flags;
    } parts[] = {
        {image_start, image_rodata, PAGE_X},
        {image_rodata, image_data, 0},
        {image_data, image_end, PAGE_W},
    };
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        vaddr_t start = (vaddr_t)parts[i].start;
        uint64_t size =
            (uint64_t)(parts[i].end - parts[i].start + PAGE_SIZE - 1) & -(uint64_t)PAGE_SIZE;
        if (size > 0)
            map(start, info->image_base + (start - info->image_vaddr), size, parts[i].flags);
    }
    /* END EXERCISE 2.3a */
}

/*
 * Maps all RAM (region_is_ram) at DIRECT_MAP, writable. Regions that touch are one piece of RAM, so
 * that large pages reach across them.
 */
static void map_memory(const struct boot_info *info)
{
    /* EXERCISE 2.3b (15 points): the direct map. */
    paddr_t base = 0, end = 0; /* the piece of RAM that has been collected so far */

    for (uint32_t i = 0; i < info->region_count; i++) {
        const struct boot_region *region = &info->regions[i];
        if (!region_is_ram(region))
            continue;
        if (region->base != end) {
            if (end > base)
                map(DIRECT_MAP + base, base, end - base, PAGE_W);
            base = region->base;
        }
        end = region->base + region->size;
    }
    if (end > base)
        map(DIRECT_MAP + base, base, end - base, PAGE_W);
    /* END EXERCISE 2.3b */
}

/*
 * Makes the processor obey what the tables say (EFER.NXE, CR0.WP), lets it keep global pages
 * (CR4.PGE), and loads CR3 (SDM vol. 3A §2.5, §4.1.3, §4.10.2.4). NXE must be set before the first
 * entry with NX is used: until then that bit is reserved.
 */
static void switch_tables(void)
{
    /* EXERCISE 2.3c (15 points): the switch. */
    write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
    write_cr0(read_cr0() | CR0_WP);
    write_cr3(kernel_tables.root);
    write_cr4(read_cr4() | CR4_PGE);
    /* END EXERCISE 2.3c */
}

void address_space_init(const struct boot_info *info)
{
    if (page_tables_create(&kernel_tables))
        panic("no frame for the first table");
    map_image(info);
    map_memory(info);
    /*
     * Whoever booted us may have left CR4.PGE set and global pages in the TLB, which would outlive
     * its tables: setting PGE where it is set flushes nothing (SDM vol. 3A §4.10.4.1).
     */
    write_cr4(read_cr4() & ~CR4_PGE);
    switch_tables();
}
