/*
 * Random mmap, munmap, mprotect and touches against a model that knows each page by itself:
 * `regions_model SEED OPERATIONS [LOOKS]`. Each call is an operation, and each first touch of a
 * page. Ordinary C: Linux passes it, too. With a kernel of ours, it also compares the number of
 * regions, where mmap puts what may lie anywhere, and the frames that are free at the start and at
 * the end.
 *
 * LOOKS times, and at the end, regions_model_look is called, for a grader who looks from outside.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ended.h"
#include "report.h"

#if __has_include("mm/regions.h")
#include "mm/frames.h"
#include "mm/heap.h"
#include "mm/regions.h"
#define OUR_KERNEL 1
#else
#define OUR_KERNEL 0
#endif

#define PAGE        4096ul
#define PAGES       192
#define ARENA       ((char *)0x100000000ul)
#define WORDS       (PAGE / sizeof(uint64_t))
#define UNMAPPED    0xff
#define EVERY       32   /* the operations between two counts of the regions, */
#define EVERY_FIRST 2000 /* after so many with a count for each */

/* The model. A page's first and last word hold its stamp, as far as it is not 0. */
struct model_page {
    uint8_t protection; /* PROT_…, or UNMAPPED */
    uint8_t sparse;     /* MAP_NORESERVE */
    uint8_t touched;    /* since it was mapped */
    uint64_t stamp;
};
struct model_page model_pages[PAGES];

static uint64_t random_state;
static uint64_t stamps;
static uint64_t touches; /* that were a page's first */
static char doing[120];  /* the operation, in words */

static uint64_t draw(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % below;
}

static const char *words(int protection)
{
    static const char *const names[] = {"---", "r--", "-w-", "rw-", "--x", "r-x"};
    return protection == UNMAPPED ? "unmapped" : names[protection];
}

/* What has to be told of an operation, should it fail: kept as numbers, since it seldom is. */
static struct operation {
    uint64_t number;
    const char *name;
    unsigned page, count;
    int protection;
} now;

static _Noreturn void wrong(const char *what, uint64_t expected, uint64_t found)
{
    snprintf(doing, sizeof doing, "operation %lu, %s of %u pages at %p (%s)", now.number, now.name,
             now.count, (void *)(ARENA + now.page * PAGE), words(now.protection));
    report("# wrong %s after %s\n# expected %#lx\n# found %#lx\n", what, doing, expected, found);
    printf("%s after %s:\n  expected %ld (%#lx)\n  found    %ld (%#lx)\n", what, doing,
           (long)expected, expected, (long)found, found);
    exit(1);
}

static void check(const char *what, uint64_t expected, uint64_t found)
{
    if (expected != found)
        wrong(what, expected, found);
}

static uint64_t *page_words(unsigned page)
{
    return (uint64_t *)(ARENA + page * PAGE);
}

static int is_free(unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++)
        if (model_pages[i].protection != UNMAPPED)
            return 0;
    return 1;
}

static void model_map(unsigned first, unsigned count, int protection, int sparse)
{
    for (unsigned i = first; i < first + count; i++)
        model_pages[i] = (struct model_page){.protection = protection, .sparse = sparse};
}

/* A run of pages: mostly few. */
static void draw_range(void)
{
    now.count = 1 + draw(draw(64) ? 3 : 64);
    now.page = draw(PAGES - now.count);
}

static int draw_protection(void)
{
    static const int choices[] = {PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ,
                                  PROT_NONE, PROT_READ | PROT_EXEC};
    return now.protection = choices[draw(sizeof choices / sizeof choices[0])];
}

static void map_fixed(int flags)
{
    int protection = draw_protection();
    int sparse = draw(4) ? 0 : MAP_NORESERVE;
    void *at = ARENA + now.page * PAGE;

    errno = 0;
    void *got =
        mmap(at, now.count * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags | sparse, -1, 0);
    if (flags == MAP_FIXED_NOREPLACE && !is_free(now.page, now.count)) {
        check("mmap's result", (uint64_t)MAP_FAILED, (uint64_t)got);
        check("errno", EEXIST, errno);
        return;
    }
    check("mmap's result", (uint64_t)at, (uint64_t)got);
    model_map(now.page, now.count, protection, !!sparse);
}

/* With a hint, or without. What lies outside of the arena goes at once. */
static void map_anywhere(void)
{
    int protection = draw_protection();
    void *hint = draw(2) ? ARENA + now.page * PAGE : NULL;
    unsigned page = now.page;

    if (!hint || !is_free(page, now.count)) { /* the lowest hole; behind the arena all is free */
        unsigned free = 0;
        for (page = 0; page < PAGES && free < now.count; page++)
            free = model_pages[page].protection == UNMAPPED ? free + 1 : 0;
        page -= free;
    }
    char *got = mmap(hint, now.count * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED)
        wrong("mmap's result", (uint64_t)(ARENA + page * PAGE), (uint64_t)got);
    if (OUR_KERNEL || (hint && page == now.page))
        check("where mmap found room", (uint64_t)(ARENA + page * PAGE), (uint64_t)got);
    if (got >= ARENA && got + now.count * PAGE <= ARENA + PAGES * PAGE) {
        page = (got - ARENA) / PAGE;
        if (!is_free(page, now.count))
            wrong("mmap's result is in use", 0, (uint64_t)got);
        model_map(page, now.count, protection, 0);
        return;
    }
    check("munmap's result", 0, munmap(got, now.count * PAGE));
    for (; page < PAGES; page++) /* it may have begun inside */
        if (got < ARENA + PAGES * PAGE && ARENA + page * PAGE >= got)
            model_pages[page].protection = UNMAPPED;
}

static void unmap(void)
{
    check("munmap's result", 0, munmap(ARENA + now.page * PAGE, now.count * PAGE));
    model_map(now.page, now.count, UNMAPPED, 0);
}

static void protect(void)
{
    int protection = draw_protection();
    int whole = 1;

    for (unsigned i = now.page; i < now.page + now.count; i++)
        whole &= model_pages[i].protection != UNMAPPED;
    if (!whole && !OUR_KERNEL) /* Linux may change a part of it */
        return;
    errno = 0;
    int result = mprotect(ARENA + now.page * PAGE, now.count * PAGE, protection);
    if (!whole) {
        check("mprotect's result", -1, result);
        check("errno", ENOMEM, errno);
        return;
    }
    check("mprotect's result", 0, result);
    for (unsigned i = now.page; i < now.page + now.count; i++)
        model_pages[i].protection = protection;
}

/* Reads what is there, as far as that is allowed. */
static void look_at(unsigned page)
{
    struct model_page *known = &model_pages[page];

    if (known->protection == UNMAPPED || !(known->protection & PROT_READ))
        return;
    const volatile uint64_t *found = page_words(page);
    check("the first word of a page", known->stamp, found[0]);
    check("the last word of a page", known->stamp, found[WORDS - 1]);
    if (!known->touched)
        check("a word in a page's middle", 0, found[1 + known->stamp % (WORDS - 2)]);
    touches += !known->touched;
    known->touched = 1;
}

static void touch(void)
{
    for (unsigned i = now.page; i < now.page + now.count; i++) {
        struct model_page *known = &model_pages[i];
        look_at(i);
        if (known->protection == (PROT_READ | PROT_WRITE)) {
            volatile uint64_t *at = page_words(i);
            known->stamp = ++stamps;
            at[0] = at[WORDS - 1] = known->stamp;
        }
    }
}

/* Regions that there should be: runs of pages that are alike. */
static void count_regions(void)
{
#if OUR_KERNEL
    uint64_t expected = 0;
    for (unsigned i = 0; i < PAGES; i++)
        expected += model_pages[i].protection != UNMAPPED &&
                    (i == 0 || model_pages[i].protection != model_pages[i - 1].protection ||
                     model_pages[i].sparse != model_pages[i - 1].sparse);
    check("the number of regions", expected, application_space.tree.count);
#endif
}

void regions_model_look(void)
{
    static volatile unsigned looks;
    looks++;
}

static void operate(void)
{
    static const struct {
        const char *name;
        unsigned weight;
    } kinds[] = {
        {"touch", 6},          {"munmap", 3},         {"mprotect", 4},
        {"mmap MAP_FIXED", 2}, {"mmap NOREPLACE", 1}, {"mmap anywhere", 1},
    };
    unsigned kind = 0;

    for (uint64_t drawn = draw(17); drawn >= kinds[kind].weight; kind++)
        drawn -= kinds[kind].weight;
    now.name = kinds[kind].name;
    now.protection = UNMAPPED;
    draw_range();
    switch (kind) {
    case 0:
        touch();
        break;
    case 1:
        unmap();
        break;
    case 2:
        protect();
        break;
    case 3:
        map_fixed(MAP_FIXED);
        break;
    case 4:
        map_fixed(MAP_FIXED_NOREPLACE);
        break;
    default:
        map_anywhere();
        break;
    }
}

int main(int argc, char **argv)
{
    uint64_t operations = argc > 2 ? strtoull(argv[2], NULL, 0) : 100000;
    uint64_t looks = argc > 3 ? strtoull(argv[3], NULL, 0) : 0;

    random_state = (argc > 1 ? strtoull(argv[1], NULL, 0) : 1) * 2 + 1;
    model_map(0, PAGES, UNMAPPED, 0);
#if OUR_KERNEL
    heap_trim();
    uint64_t frames = frames_free;
#endif

    uint64_t look = 1;
    for (now.number = 1; now.number + touches < operations; now.number++) {
        operate();
        if (now.number < EVERY_FIRST || now.number % EVERY == 0)
            count_regions();
        if (look <= looks && now.number + touches >= look * operations / (looks + 1)) {
            regions_model_look();
            look++;
        }
    }

    now.name = "a last look";
    for (unsigned i = 0; i < PAGES; i++)
        look_at(i);
    now.name = "the last munmap";
    now.page = 0;
    now.count = PAGES;
    unmap();
    count_regions();
    regions_model_look();
#if OUR_KERNEL
    heap_trim();
    check("frames_free at the end", frames, frames_free);
#endif
    printf("%lu operations, of which %lu are first touches\n", now.number + touches, touches);
    app_end(argc, argv);
    return 0;
}
