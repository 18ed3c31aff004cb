/* loader/regions.c: known cases, any claims near and far, a full list. */
#include "loader/regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "map_model.h"
#include "test.h"

static struct boot_info info;
static struct map_model model;

static void claim(uint64_t base, uint64_t size, enum boot_region_type type)
{
    int error = region_claim(&info, base, size, type);
    CHECK(error == 0, "claiming %#lx + %#lx: expected 0, found %d", base, size, error);
}

static void expect(unsigned index, uint64_t base, uint64_t size, enum boot_region_type type)
{
    const struct boot_region *found = &info.regions[index];
    CHECK(index < info.region_count, "expected region %u, found only %u", index, info.region_count);
    CHECK(found->base == base && found->size == size && found->type == type,
          "region %u: expected %#lx + %#lx, type %u, found %#lx + %#lx, type %lu", index, base,
          size, type, found->base, found->size, found->type);
}

static void expect_count(unsigned count)
{
    CHECK(info.region_count == count, "expected %u regions, found %u", count, info.region_count);
}

static void known_cases(void)
{
    claim(0x1fff, 0x3002, BOOT_FREE); /* shrinks to whole pages */
    expect(0, 0x2000, 0x3000, BOOT_FREE);
    claim(0x3001, 1, BOOT_MODULE); /* grows to them */
    expect(0, 0x2000, 0x1000, BOOT_FREE);
    expect(1, 0x3000, 0x1000, BOOT_MODULE);
    expect(2, 0x4000, 0x1000, BOOT_FREE);
    claim(0x5000, 0x1000, BOOT_FREE); /* joins its neighbour */
    expect(2, 0x4000, 0x2000, BOOT_FREE);
    claim(0x2000, 0x4000, BOOT_RESERVED); /* is laid around what is stronger */
    expect(0, 0x2000, 0x1000, BOOT_RESERVED);
    expect(1, 0x3000, 0x1000, BOOT_MODULE);
    expect(2, 0x4000, 0x2000, BOOT_RESERVED);
    claim(0x2000, 0x4000, BOOT_IMAGE); /* and swallows what is weaker */
    expect(0, 0x2000, 0x4000, BOOT_IMAGE);
    expect_count(1);
    claim(0x9001, 0xffe, BOOT_FREE); /* holds no whole page */
    claim(0x9001, 0, BOOT_MODULE);
    expect_count(1);
}

static void end_of_memory(void)
{
    const uint64_t last = 0 - (uint64_t)PAGE_SIZE; /* that page belongs to no region */

    claim(last, PAGE_SIZE, BOOT_RESERVED);
    claim(UINT64_MAX, 1, BOOT_RESERVED);
    claim(UINT64_MAX, UINT64_MAX, BOOT_FREE);
    claim(last + 1, UINT64_MAX, BOOT_FREE);
    expect_count(0);
    claim(last - 1, UINT64_MAX, BOOT_RESERVED);
    expect(0, last - PAGE_SIZE, PAGE_SIZE, BOOT_RESERVED);
    claim(1, UINT64_MAX, BOOT_FREE);
    expect(0, PAGE_SIZE, last - 2 * PAGE_SIZE, BOOT_FREE);
    claim(0, UINT64_MAX, BOOT_BAD);
    expect(0, 0, last, BOOT_BAD);
    expect_count(1);
}

/* Claims anywhere in the address space, of any size, against the list made from all of them. */
static void far_claims(void)
{
    for (unsigned round = 0; round < 1000; round++) {
        info.region_count = 0;
        model.count = 0;
        unsigned claims = random_below(40);
        for (unsigned i = 0; i < claims; i++) {
            uint64_t base = random_integer(), size = random_integer();
            enum boot_region_type type = BOOT_FREE + random_below(8);
            bool fits = map_claim(&model, base, size, type);
            CHECK(fits, "too many claims");
            claim(base, size, type);
            map_compare(&model, &info);
        }
    }
}

/* The same claims give the same map in any order. */
static void any_order(void)
{
    struct {
        uint64_t base, size;
        enum boot_region_type type;
    } claims[20];
    enum { COUNT = sizeof claims / sizeof claims[0] };

    for (unsigned i = 0; i < COUNT; i++) {
        claims[i].base = random_below(1 << 20);
        claims[i].size = random_below(1 << 18);
        claims[i].type = BOOT_FREE + random_below(8);
    }
    struct boot_info first;
    for (unsigned round = 0; round < 50; round++) {
        info.region_count = 0;
        for (unsigned i = 0; i < COUNT; i++) {
            unsigned other = random_below(COUNT);
            typeof(claims[0]) swap = claims[i];
            claims[i] = claims[other];
            claims[other] = swap;
        }
        for (unsigned i = 0; i < COUNT; i++)
            claim(claims[i].base, claims[i].size, claims[i].type);
        if (round == 0)
            first = info;
        expect_count(first.region_count);
        CHECK(memcmp(first.regions, info.regions, info.region_count * sizeof info.regions[0]) == 0,
              "the map depends on the order of the claims");
    }
}

static void expect_full(uint64_t base, uint64_t size, enum boot_region_type type)
{
    struct boot_info before = info;
    int error = region_claim(&info, base, size, type);
    CHECK(error == -ENOSPC, "expected -ENOSPC (%d), found %d", -ENOSPC, error);
    CHECK(memcmp(&before, &info, sizeof info) == 0, "a claim that failed changed the map");
}

static void full_list(void)
{
    for (unsigned i = 0; i < BOOT_REGIONS_MAX; i++) /* pages 2, 5, 8, ... */
        claim((3 * i + 2) * PAGE_SIZE, PAGE_SIZE, BOOT_RESERVED);
    expect_count(BOOT_REGIONS_MAX);

    expect_full(0, PAGE_SIZE, BOOT_FREE);                             /* before all */
    expect_full((3 * BOOT_REGIONS_MAX + 2) * PAGE_SIZE, 1, BOOT_BAD); /* behind all */
    expect_full(3 * PAGE_SIZE, PAGE_SIZE, BOOT_BAD);                  /* between two */
    expect_full(0, UINT64_MAX, BOOT_FREE);                            /* around all */

    claim(5 * PAGE_SIZE, PAGE_SIZE, BOOT_FREE); /* weaker: nothing changes */
    claim(8 * PAGE_SIZE, PAGE_SIZE, BOOT_BAD);  /* stronger, and takes no more room */
    expect(2, 8 * PAGE_SIZE, PAGE_SIZE, BOOT_BAD);
    claim(3 * PAGE_SIZE, 2 * PAGE_SIZE, BOOT_RESERVED); /* closes a gap: there is room again */
    expect(0, 2 * PAGE_SIZE, 4 * PAGE_SIZE, BOOT_RESERVED);
    expect_count(BOOT_REGIONS_MAX - 1);
    claim(0, PAGE_SIZE, BOOT_FREE);
    expect_full(2 * PAGE_SIZE, 1, BOOT_IMAGE);
}

static void take_lowest(void)
{
    const uint64_t mib = 1 << 20, gib4 = 4ull << 30;

    claim(0, mib + 2 * PAGE_SIZE, BOOT_FREE);
    claim(2 * mib, 4 * PAGE_SIZE, BOOT_FREE);
    claim(gib4 - 8 * PAGE_SIZE, 16 * PAGE_SIZE, BOOT_FREE);
    static const struct {
        uint64_t size, expected;
    } cases[] = {
        {0, 0},
        {UINT64_MAX, 0},
        {(4ull << 30) + 1, 0},
        {4ull << 30, 0},
        {8 * PAGE_SIZE + 1, 0},       /* not across 4 GiB */
        {2 * PAGE_SIZE + 1, 2 << 20}, /* not below 1 MiB */
        {1, 1 << 20},
        {PAGE_SIZE + 1, (4ull << 30) - 8 * PAGE_SIZE},
        {PAGE_SIZE, (1 << 20) + PAGE_SIZE},
        {6 * PAGE_SIZE, (4ull << 30) - 6 * PAGE_SIZE},
        {PAGE_SIZE, (2 << 20) + 3 * PAGE_SIZE},
        {1, 0}, /* all is taken */
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t found = region_take(&info, cases[i].size, BOOT_IMAGE);
        CHECK(found == cases[i].expected, "taking %#lx bytes: expected %#lx, found %#lx",
              cases[i].size, cases[i].expected, found);
    }
    expect(0, 0, mib, BOOT_FREE);
    expect(info.region_count - 1, gib4, 8 * PAGE_SIZE, BOOT_FREE);
}

/* Steps as regions_judge.c reads them: large ones, which overlap, and small ones, which fill up. */
static void random_steps(void)
{
    for (unsigned round = 0; round < 600; round++) {
        uint8_t input[1 + 5 * 500];
        bool sparse = random_chance(10);
        size_t size = 1 + 5 * random_below(sparse ? 501 : 100);
        for (size_t i = 0; i < size; i++)
            input[i] = random_bits();
        for (size_t i = 1; i + 5 <= size; i += 5) {
            if (!random_chance(15))
                input[i] &= 0x77; /* a claim of an ordinary size */
            if (sparse)
                input[i + 4] = 0; /* not a page long */
            else if (random_chance(50))
                input[i + 4] %= 20;
        }
        judge(regions_judge, input, size);
    }
}

const struct test regions_tests[] = {
    {"regions/known_cases", known_cases},   {"regions/end_of_memory", end_of_memory},
    {"regions/far_claims", far_claims},     {"regions/any_order", any_order},
    {"regions/full_list", full_list},       {"regions/take_lowest", take_lowest},
    {"regions/random_steps", random_steps}, {0},
};
