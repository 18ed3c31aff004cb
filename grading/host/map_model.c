/*
 * The model: cut memory wherever a claim starts or ends, and ask of each piece who claims it.
 * Page numbers instead of addresses: 2^64 is not special to them.
 */
#include "map_model.h"

#include <stdlib.h>

#include "test.h"

#define LAST_PAGE (UINT64_MAX / PAGE_SIZE)

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static unsigned strongest(const struct map_model *map, uint64_t page)
{
    unsigned type = 0;
    for (unsigned i = 0; i < map->count; i++)
        if (map->pieces[i].first <= page && page < map->pieces[i].end && map->pieces[i].type > type)
            type = map->pieces[i].type;
    return type;
}

/* The same map in pieces that do not overlap, ascend, and are as few as can be. */
static struct map_model tidy(const struct map_model *map)
{
    uint64_t cuts[4 * BOOT_REGIONS_MAX];
    unsigned cut_count = 0, before = 0;
    struct map_model result = {0};

    for (unsigned i = 0; i < map->count; i++) {
        cuts[cut_count++] = map->pieces[i].first;
        cuts[cut_count++] = map->pieces[i].end;
    }
    qsort(cuts, cut_count, sizeof cuts[0], compare_numbers);

    for (unsigned i = 0; i + 1 < cut_count; i++) {
        if (cuts[i] == cuts[i + 1])
            continue;
        unsigned type = strongest(map, cuts[i]);
        if (type != 0 && type == before)
            result.pieces[result.count - 1].end = cuts[i + 1];
        else if (type != 0)
            result.pieces[result.count++] = (struct map_piece){cuts[i], cuts[i + 1], type};
        before = type;
    }
    return result;
}

bool map_claim(struct map_model *map, paddr_t base, uint64_t size, unsigned type)
{
    unsigned __int128 first = base, end = first + size;

    if (type == BOOT_FREE)
        first += PAGE_SIZE - 1;
    else
        end += PAGE_SIZE - 1;
    first /= PAGE_SIZE;
    end /= PAGE_SIZE;
    if (end > LAST_PAGE)
        end = LAST_PAGE;
    if (size == 0 || first >= end)
        return true;

    struct map_model more = *map;
    more.pieces[more.count++] = (struct map_piece){(uint64_t)first, (uint64_t)end, type};
    more = tidy(&more);
    if (more.count > BOOT_REGIONS_MAX)
        return false;
    *map = more;
    return true;
}

void map_compare(const struct map_model *map, const struct boot_info *info)
{
    for (unsigned i = 0; i < map->count && i < info->region_count; i++) {
        const struct map_piece *piece = &map->pieces[i];
        const struct boot_region *found = &info->regions[i];
        uint64_t base = piece->first * PAGE_SIZE, size = piece->end * PAGE_SIZE - base;
        CHECK(found->base == base && found->size == size && found->type == piece->type,
              "region %u: expected %#lx + %#lx, type %u, found %#lx + %#lx, type %lu", i, base,
              size, piece->type, found->base, found->size, found->type);
    }
    CHECK(info->region_count == map->count, "expected %u regions, found %u", map->count,
          info->region_count);
}
