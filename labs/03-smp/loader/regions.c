/* The map of physical memory: every claim is laid over the list, and the stronger type wins. */
#include "loader/regions.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "exercise.h"

#define PAGE_MASK ((uint64_t)PAGE_SIZE - 1)

static paddr_t min(paddr_t a, paddr_t b)
{
    return a < b ? a : b;
}

static paddr_t max(paddr_t a, paddr_t b)
{
    return a > b ? a : b;
}

/* A list of regions in the making, in ascending order. */
struct region_list {
    uint32_t count;
    bool overflow; /* something did not fit */
    struct boot_region regions[BOOT_REGIONS_MAX];
};

/*
 * Adds [base, end) at the list's end, where it is not empty; joins it to a neighbour of its type.
 */
static void region_append(struct region_list *list, paddr_t base, paddr_t end, uint64_t type)
{
    if (base >= end)
        return;

    struct boot_region *last = list->count ? &list->regions[list->count - 1] : NULL;
    if (last && last->type == type && last->base + last->size == base) {
        last->size += end - base;
    } else if (list->count == BOOT_REGIONS_MAX) {
        list->overflow = true;
    } else {
        list->regions[list->count++] = (struct boot_region){base, end - base, type};
    }
}

/*
 * Contract: regions.h. Round the claim to pages first, outwards or inwards; mind that neither the
 * rounding nor base + size may wrap round 2^64. Then make a new list from the old one and the
 * claim, and put it in place of the old one only when all fits.
 */
int region_claim(struct boot_info *info, paddr_t base, uint64_t size, enum boot_region_type type)
{
    /* EXERCISE 1.4a (15 points): lay a claim over the map. */
    paddr_t end = size <= UINT64_MAX - base ? base + size : UINT64_MAX;
    if (size == 0)
        return 0;
    if (type == BOOT_FREE) {
        if (base > UINT64_MAX - PAGE_MASK)
            return 0;
        base = (base + PAGE_MASK) & ~PAGE_MASK;
        end &= ~PAGE_MASK;
    } else {
        base &= ~PAGE_MASK;
        end = min(end, UINT64_MAX - PAGE_MASK);
        end = (end + PAGE_MASK) & ~PAGE_MASK;
    }
    if (base >= end)
        return 0;

    struct region_list list = {0};
    paddr_t next = base; /* the claim is in the new list up to here */
    for (uint32_t i = 0; i < info->region_count; i++) {
        const struct boot_region *old = &info->regions[i];
        paddr_t old_end = old->base + old->size;

        region_append(&list, old->base, min(old_end, base), old->type);
        region_append(&list, next, min(old->base, end), type);
        region_append(&list, max(old->base, base), min(old_end, end), max(old->type, type));
        region_append(&list, max(old->base, end), old_end, old->type);
        next = max(next, old_end);
    }
    region_append(&list, next, end, type);

    if (list.overflow)
        return -ENOSPC;
    memcpy(info->regions, list.regions, list.count * sizeof list.regions[0]);
    info->region_count = list.count;
    return 0;
    /* END EXERCISE 1.4a */
}

paddr_t region_take(struct boot_info *info, uint64_t size, enum boot_region_type type)
{
    const paddr_t first = 1ul << 20, end = 4ul << 30;

    if (size == 0 || size > end)
        return 0;
    size = (size + PAGE_MASK) & ~PAGE_MASK;

    for (uint32_t i = 0; i < info->region_count; i++) {
        const struct boot_region *region = &info->regions[i];
        paddr_t from = max(region->base, first);
        paddr_t to = min(region->base + region->size, end);

        if (region->type == BOOT_FREE && from < to && to - from >= size)
            return region_claim(info, from, size, type) == 0 ? from : 0;
    }
    return 0;
}
