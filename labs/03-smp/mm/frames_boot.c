/* Which memory the frame allocator starts with: the free regions of boot_info, less its table. */
#include "mm/frames.h"

#include <stdbool.h>
#include <stddef.h>

#include "machine.h"
#include "mm/address_space.h"
#include "mm/direct.h"

#define LOWEST   (2 * PAGE_SIZE)           /* frame 0 is never handed in, frame 1 starts CPUs */
#define LOW_END  (4ul << 30)               /* what the direct map reaches from the start */
#define HIGH_END ((1ul << 44) - PAGE_SIZE) /* frame numbers have 32 bits */

/* The table, in the memory that it describes. */
static paddr_t table_base, table_end;

static uint64_t page_up(uint64_t size)
{
    return (size + PAGE_SIZE - 1) & -(uint64_t)PAGE_SIZE;
}

static uint64_t minimum(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

/* The part of a region that lies between `low` and `high`: whether there is any. */
static bool clip(const struct boot_region *region, paddr_t low, paddr_t high, paddr_t *base,
                 paddr_t *end)
{
    *base = region->base > low ? region->base : low;
    *end = minimum(region->base + region->size, high);
    return *base < *end;
}

/*
 * One past the last frame that is RAM, whoever uses it: what the loader and the firmware leave
 * behind has entries, too. (To give that away takes a merge with the free memory beside it, which
 * frames_add does not do.)
 */
static uint32_t ram_end(const struct boot_info *info)
{
    paddr_t end = 0;
    for (uint32_t i = 0; i < info->region_count; i++)
        if (region_is_ram(&info->regions[i]))
            end = info->regions[i].base + info->regions[i].size;
    return minimum(end, HIGH_END) / PAGE_SIZE;
}

/*
 * The table becomes the end of the smallest free region that it fits into: the largest regions stay
 * whole, and the aligned starts of regions, where large blocks are.
 */
static void place_table(const struct boot_info *info)
{
    uint64_t size = page_up((uint64_t)frame_table_count * sizeof(struct frame));
    uint64_t best = UINT64_MAX;
    paddr_t base, end;

    for (uint32_t i = 0; i < info->region_count; i++)
        if (info->regions[i].type == BOOT_FREE &&
            clip(&info->regions[i], LOWEST, LOW_END, &base, &end) && end - base >= size &&
            end - base < best) {
            best = end - base;
            table_base = end - size;
            table_end = end;
        }
    if (best == UINT64_MAX)
        panic("no %lu KiB of free memory for the table of frames", size / 1024);
    frame_table = direct(table_base);
}

/*
 * Makes known what the entries mean that a merge may look up outside of a piece of memory, as a
 * buddy of one of its blocks: nothing. These are the next one, and the start of each larger block
 * that the piece begins within.
 */
static void forget_edges(paddr_t base, paddr_t end)
{
    uint32_t first = base / PAGE_SIZE, next = end / PAGE_SIZE;

    for (unsigned order = 0; order < FRAME_ORDERS; order++)
        frame_table[first & -(1u << order)].state = 0;
    if (next < frame_table_count)
        frame_table[next].state = 0;
}

static void add(paddr_t base, paddr_t end)
{
    frames_add(base / PAGE_SIZE, (end - base) / PAGE_SIZE);
}

/* Calls `act` for the free memory between `low` and `high`, piece by piece, without the table's. */
static void for_each_free(const struct boot_info *info, paddr_t low, paddr_t high,
                          void act(paddr_t base, paddr_t end))
{
    for (uint32_t i = 0; i < info->region_count; i++) {
        paddr_t base, end;
        if (info->regions[i].type != BOOT_FREE || !clip(&info->regions[i], low, high, &base, &end))
            continue;
        if (table_base >= base && table_end <= end) {
            if (base < table_base)
                act(base, table_base);
            base = table_end;
        }
        if (base < end)
            act(base, end);
    }
}

void frames_init(const struct boot_info *info)
{
    frame_table_count = ram_end(info);
    place_table(info);
    for_each_free(info, LOWEST, HIGH_END, forget_edges);
    for_each_free(info, LOWEST, LOW_END, add);
}

void frames_init_high(const struct boot_info *info)
{
    for_each_free(info, LOW_END, HIGH_END, add);
}
