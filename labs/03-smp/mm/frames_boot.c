/* Which memory the frame allocator starts with: the free regions of boot_info, less its table. */
#include "mm/frames.h"

#include <stdbool.h>
#include <stddef.h>

#include "machine.h"
#include "mm/direct.h"

#define LOW_END (4ul << 30) /* what the direct map reaches from the start */

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
    return region->type == BOOT_FREE && *base < *end;
}

/* One past the last address that is free. */
static paddr_t free_end(const struct boot_info *info)
{
    paddr_t end = 0;
    for (uint32_t i = 0; i < info->region_count; i++)
        if (info->regions[i].type == BOOT_FREE)
            end = info->regions[i].base + info->regions[i].size;
    return end;
}

/*
 * The end of the smallest region that holds the table becomes the table: small memory is left for
 * large machines' small tables, and blocks start at the regions' aligned beginnings.
 */
static void place_table(const struct boot_info *info)
{
    uint64_t size = page_up(frame_table_count * sizeof(struct frame));
    uint64_t best = UINT64_MAX;
    paddr_t base, end;

    for (uint32_t i = 0; i < info->region_count; i++)
        if (clip(&info->regions[i], PAGE_SIZE, LOW_END, &base, &end) && end - base >= size &&
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
 * Buddies are looked up before and behind the memory that is handed in; what entries there mean
 * must be known: nothing.
 */
static void forget_edges(paddr_t base, paddr_t end)
{
    uint32_t first = base / PAGE_SIZE;

    for (unsigned order = 0; order < FRAME_ORDERS; order++)
        frame_table[first & -(1u << order)].state = 0;
    if (end / PAGE_SIZE < frame_table_count)
        frame_table[end / PAGE_SIZE].state = 0;
}

/* Calls `act` for each piece of free memory between `low` and `high`, without the table's. */
static void for_each_free(const struct boot_info *info, paddr_t low, paddr_t high,
                          void act(paddr_t base, paddr_t end))
{
    for (uint32_t i = 0; i < info->region_count; i++) {
        paddr_t base, end;
        if (!clip(&info->regions[i], low, high, &base, &end))
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

static void add(paddr_t base, paddr_t end)
{
    frames_add(base / PAGE_SIZE, (end - base) / PAGE_SIZE);
}

void frames_init(const struct boot_info *info)
{
    frame_table_count = free_end(info) / PAGE_SIZE;
    place_table(info);
    for_each_free(info, PAGE_SIZE, UINT64_MAX, forget_edges);
    for_each_free(info, PAGE_SIZE, LOW_END, add);
}

void frames_init_high(const struct boot_info *info)
{
    for_each_free(info, LOW_END, UINT64_MAX, add);
}
