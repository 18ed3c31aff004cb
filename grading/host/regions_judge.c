/*
 * Judges loader/regions.c against an array with one number a page.
 *
 * Input: a byte that chooses where the array lies in memory, then five bytes for each step:
 * what to do (below), then 16 bits of offset and 16 bits of size, little endian, in 16-byte units.
 */
#include "loader/regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define PAGES      256
#define STEP_BYTES 5
#define STEPS_MAX  500

/* The step's first byte. */
#define STEP_TYPE 7   /* enum boot_region_type, minus 1 */
#define STEP_HUGE 8   /* a size that does not fit */
#define STEP_TAKE 128 /* region_take instead of region_claim */

static const uint64_t bases[] = {
    0,
    (1u << 20) - 100 * PAGE_SIZE,   /* where region_take starts */
    (4ull << 30) - 100 * PAGE_SIZE, /* where it ends */
    0 - (uint64_t)PAGES *PAGE_SIZE, /* the end of the address space */
    0x123456789000,
};

struct pages {
    uint64_t base;
    uint8_t type[PAGES]; /* 0: nobody's */
};

static unsigned runs(const struct pages *pages)
{
    unsigned count = 0;
    for (unsigned i = 0; i < PAGES; i++)
        count += pages->type[i] != 0 && (i == 0 || pages->type[i] != pages->type[i - 1]);
    return count;
}

static int claim(struct pages *pages, uint64_t base, uint64_t size, uint8_t type)
{
    struct pages before = *pages;
    unsigned __int128 end = (unsigned __int128)base + size;

    for (unsigned i = 0; i < PAGES; i++) {
        uint64_t page = pages->base + (uint64_t)i * PAGE_SIZE, last_byte = page + PAGE_SIZE - 1;
        bool touched = page < end && last_byte >= base && size > 0;
        bool covered = page >= base && last_byte < end;
        bool last = last_byte == UINT64_MAX;
        if (!last && (type == BOOT_FREE ? covered : touched) && pages->type[i] < type)
            pages->type[i] = type;
    }
    if (runs(pages) <= BOOT_REGIONS_MAX)
        return 0;
    *pages = before;
    return -ENOSPC;
}

static uint64_t take(struct pages *pages, uint64_t size, uint8_t type)
{
    uint64_t wanted = size / PAGE_SIZE + (size % PAGE_SIZE != 0), free = 0;

    for (unsigned i = 0; i < PAGES && wanted > 0; i++) {
        uint64_t page = pages->base + (uint64_t)i * PAGE_SIZE;
        bool usable = pages->type[i] == BOOT_FREE && page >= 1 << 20 && page < 4ull << 30;
        free = usable ? free + 1 : 0;
        if (free == wanted) {
            uint64_t base = page - (wanted - 1) * PAGE_SIZE;
            return claim(pages, base, wanted * PAGE_SIZE, type) == 0 ? base : 0;
        }
    }
    return 0;
}

static void compare(const struct pages *pages, const struct boot_info *info)
{
    struct pages found = {.base = pages->base};

    CHECK(info->region_count <= BOOT_REGIONS_MAX, "%u regions", info->region_count);
    for (unsigned i = 0; i < info->region_count; i++) {
        const struct boot_region *region = &info->regions[i];
        uint64_t first = (region->base - pages->base) / PAGE_SIZE;
        CHECK(region->base % PAGE_SIZE == 0 && region->size % PAGE_SIZE == 0 && region->size > 0,
              "region %u is %#lx + %#lx", i, region->base, region->size);
        CHECK(first < PAGES && region->size / PAGE_SIZE <= PAGES - first,
              "region %u lies where nothing was claimed: %#lx + %#lx", i, region->base,
              region->size);
        for (uint64_t page = first; page < first + region->size / PAGE_SIZE; page++)
            found.type[page] = region->type;
        if (i == 0)
            continue;
        const struct boot_region *last = region - 1;
        CHECK(last->base + last->size <= region->base, "region %u starts too low: %#lx", i,
              region->base);
        CHECK(last->type != region->type || last->base + last->size < region->base,
              "regions %u and %u should be one", i - 1, i);
    }
    for (unsigned i = 0; i < PAGES; i++)
        CHECK(found.type[i] == pages->type[i], "page %#lx: expected type %u, found %u",
              pages->base + (uint64_t)i * PAGE_SIZE, pages->type[i], found.type[i]);
}

void regions_judge(const uint8_t *input, size_t size)
{
    if (size == 0)
        return;
    struct pages pages = {.base = bases[input[0] % (sizeof bases / sizeof bases[0])]};
    struct boot_info *info = calloc(1, sizeof *info), *before = calloc(1, sizeof *info);

    for (unsigned step = 0; step < STEPS_MAX && 1 + (step + 1) * STEP_BYTES <= size; step++) {
        const uint8_t *in = input + 1 + step * STEP_BYTES;
        uint64_t offset = (in[1] | in[2] << 8) * 16ull, bytes = (in[3] | in[4] << 8) * 16ull;
        enum boot_region_type type = BOOT_FREE + (in[0] & STEP_TYPE);

        *before = *info;
        if (in[0] & STEP_TAKE) {
            if (type == BOOT_FREE)
                type = BOOT_IMAGE;
            if (in[0] & STEP_HUGE)
                bytes = 0 - bytes;
            uint64_t expected = take(&pages, bytes, type), found = region_take(info, bytes, type);
            CHECK(found == expected, "step %u, taking %#lx bytes: expected %#lx, found %#lx", step,
                  bytes, expected, found);
        } else {
            uint64_t base = pages.base + offset, to_end = (uint64_t)PAGES * PAGE_SIZE - offset;
            bool at_the_top = pages.base + (uint64_t)PAGES * PAGE_SIZE == 0;
            if (in[0] & STEP_HUGE)
                bytes = 0 - bytes;
            if (!at_the_top && bytes > to_end)
                bytes = to_end;
            int expected = claim(&pages, base, bytes, type);
            int found = region_claim(info, base, bytes, type);
            CHECK(found == expected, "step %u, claiming %#lx + %#lx: expected %d, found %d", step,
                  base, bytes, expected, found);
            if (found != 0)
                CHECK(memcmp(info, before, sizeof *info) == 0, "step %u failed, and left a trace",
                      step);
        }
        compare(&pages, info);
    }

    /* Only the list may have changed. */
    info->region_count = 0;
    memset(info->regions, 0, sizeof info->regions);
    memset(before, 0, sizeof *before);
    CHECK(memcmp(info, before, sizeof *info) == 0, "more than the list of regions has changed");
    free(info);
    free(before);
}
