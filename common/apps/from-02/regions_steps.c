/*
 * One property of regions at a time: `regions_steps STEP …`. Checks what it can, and stops at
 * steps_look for a grader who looks from outside. `errors` and `zeros` are ordinary C for Linux, too.
 */
#include <errno.h>
#include <stdbool.h>
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
#include "x86.h"
#define OUR_KERNEL 1
#else
#define OUR_KERNEL 0
#endif

#define PAGE    4096ul
#define WORDS   (PAGE / sizeof(uint64_t))
#define MIB     (1ul << 20)
#define TIB     (1ul << 40)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW      (PROT_READ | PROT_WRITE)
#define PLACE   ((char *)0x300000000ul)

static _Noreturn void wrong(const char *what, uint64_t expected, uint64_t found)
{
    report("# wrong %s\n# expected %#lx\n# found %#lx\n", what, expected, found);
    printf("%s:\n  expected %ld (%#lx)\n  found    %ld (%#lx)\n", what, (long)expected, expected,
           (long)found, found);
    exit(1);
}

static void check(const char *what, uint64_t expected, uint64_t found)
{
    if (expected != found)
        wrong(what, expected, found);
}

/* Called with where the step has its memory. */
uint64_t steps_place;
void steps_look(void)
{
    static volatile unsigned looks;
    looks++;
}

static char *map(size_t length, int protection, int flags)
{
    char *got = mmap(NULL, length, protection, PRIVATE | flags, -1, 0);
    if (got == MAP_FAILED)
        wrong("errno of an mmap that should succeed", 0, errno);
    return got;
}

static char *map_at(char *at, size_t length, int protection, int flags)
{
    char *got = mmap(at, length, protection, PRIVATE | flags | MAP_FIXED_NOREPLACE, -1, 0);
    if (got != at)
        wrong("where mmap puts a mapping with MAP_FIXED_NOREPLACE", (uint64_t)at, (uint64_t)got);
    return got;
}

static void unmap(void *at, size_t length)
{
    errno = 0;
    if (munmap(at, length))
        wrong("errno of a munmap that should succeed", 0, errno);
}

/* -- errors ----------------------------------------------------------------------------------- */

static void refused(const char *what, void *result, int error)
{
    char text[100];

    snprintf(text, sizeof text, "result of mmap with %s", what);
    check(text, (uint64_t)MAP_FAILED, (uint64_t)result);
    snprintf(text, sizeof text, "errno of mmap with %s", what);
    check(text, error, errno);
}

static void answered(const char *what, int result, int expected)
{
    char text[100];

    snprintf(text, sizeof text, "errno of %s (0: it succeeds)", what);
    check(text, expected, result ? errno : 0);
    snprintf(text, sizeof text, "result of %s", what);
    check(text, expected ? -1 : 0, result);
}

static void errors(void)
{
    char *at = map_at(PLACE, 8 * PAGE, RW, 0);

    refused("length 0", mmap(NULL, 0, RW, PRIVATE, -1, 0), EINVAL);
    refused("neither MAP_PRIVATE nor MAP_SHARED", mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0),
            EINVAL);
    refused("a fixed address inside of a page",
            mmap(PLACE + 100, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0), EINVAL);
    refused("MAP_FIXED_NOREPLACE inside of a page",
            mmap(PLACE + 100, PAGE, RW, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0), EINVAL);
    refused("a length of 2^64 - 1", mmap(NULL, SIZE_MAX, RW, PRIVATE, -1, 0), ENOMEM);
    refused("a length of 2^64 - 4096", mmap(NULL, -PAGE, RW, PRIVATE, -1, 0), ENOMEM);
    refused("a length of 128 TiB", mmap(NULL, 128 * TIB, PROT_NONE, PRIVATE, -1, 0), ENOMEM);
    refused("a fixed address in the upper half",
            mmap((void *)-MIB, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0), ENOMEM);
    refused("a fixed range across the lower half's end",
            mmap((void *)(128 * TIB - MIB), 2 * MIB, RW, PRIVATE | MAP_FIXED, -1, 0), ENOMEM);
    refused("MAP_FIXED_NOREPLACE over the last page of a mapping",
            mmap(PLACE + 7 * PAGE, 4 * PAGE, RW, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
    refused("MAP_FIXED_NOREPLACE over the first page of a mapping",
            mmap(PLACE - 3 * PAGE, 4 * PAGE, RW, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
    refused("no file", mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0), EBADF);
    refused("100 TiB of writable memory", mmap(NULL, 100 * TIB, RW, PRIVATE, -1, 0), ENOMEM);
    if (OUR_KERNEL) {
        refused("PROT_WRITE | PROT_EXEC", mmap(NULL, PAGE, RW | PROT_EXEC, PRIVATE, -1, 0),
                ENOTSUP);
        refused("both MAP_PRIVATE and MAP_SHARED",
                mmap(NULL, PAGE, RW, PRIVATE | MAP_SHARED, -1, 0), EINVAL);
        refused("unknown bits of protection", mmap(NULL, PAGE, 0x100, PRIVATE, -1, 0), EINVAL);
        answered("mprotect with PROT_WRITE | PROT_EXEC", mprotect(at, PAGE, RW | PROT_EXEC),
                 ENOTSUP);
    }

    /* Mappings that touch the one there, and a hint inside of a page and in use. */
    unmap(map_at(PLACE + 8 * PAGE, PAGE, RW, 0), PAGE);
    unmap(map_at(PLACE - PAGE, PAGE, RW, 0), PAGE);
    char *got = mmap(PLACE + 20 * PAGE + 5, 100, RW, PRIVATE, -1, 0);
    check("where mmap puts 100 bytes with a hint inside of a free page",
          (uint64_t)(PLACE + 20 * PAGE), (uint64_t)got);
    got[PAGE - 1] = 1; /* whole pages */
    unmap(got, 1);
    got = mmap(PLACE + 7 * PAGE, 2 * PAGE, RW, PRIVATE, -1, 0);
    check("mmap with a hint that is in use goes elsewhere", 1,
          got != MAP_FAILED && (got >= PLACE + 8 * PAGE || got + 2 * PAGE <= PLACE));
    unmap(got, 2 * PAGE);
    unmap(map(16 * TIB, PROT_NONE, MAP_NORESERVE), 16 * TIB);
    unmap(map(TIB, RW, MAP_NORESERVE), TIB);
    unmap(map(PAGE, RW, MAP_POPULATE), PAGE);

    answered("munmap of an address inside of a page", munmap(at + 8, PAGE), EINVAL);
    answered("munmap of length 0", munmap(at, 0), EINVAL);
    answered("munmap in the upper half", munmap((void *)-MIB, PAGE), EINVAL);
    answered("munmap across the lower half's end", munmap((void *)(128 * TIB - MIB), 2 * MIB),
             EINVAL);
    answered("munmap of length 2^64 - 1", munmap(at, SIZE_MAX), EINVAL);
    answered("munmap where nothing is mapped", munmap(at + 40 * PAGE, 4 * PAGE), 0);

    answered("mprotect of an address inside of a page", mprotect(at + 8, PAGE, RW), EINVAL);
    answered("mprotect with unknown bits", mprotect(at, PAGE, 0x100), EINVAL);
    answered("mprotect of length 0", mprotect(at, 0, PROT_READ), 0);
    answered("mprotect where nothing is mapped", mprotect(at + 40 * PAGE, PAGE, RW), ENOMEM);
    answered("mprotect beyond the mapping's end", mprotect(at, 9 * PAGE, RW), ENOMEM);
    answered("mprotect from before the mapping", mprotect(at - PAGE, 2 * PAGE, RW), ENOMEM);
    answered("mprotect of length 2^64 - 1", mprotect(at, SIZE_MAX, RW), ENOMEM);
    unmap(at + 3 * PAGE, PAGE);
    answered("mprotect across a hole", mprotect(at, 8 * PAGE, RW), ENOMEM);
    at[2 * PAGE] = at[4 * PAGE] = 1;
    unmap(at, 8 * PAGE);
}

/* -- zeros ------------------------------------------------------------------------------------ */

static void check_zero(const char *what, const char *at, size_t length)
{
    const uint64_t *words = (const uint64_t *)at;

    for (size_t i = 0; i < length / sizeof(uint64_t); i++)
        if (words[i] != 0)
            wrong(what, 0, words[i]);
}

/* Pages read as zeros: in memory that nobody has cleared, and after somebody has used it. */
static void zeros(size_t pages)
{
    for (int round = 0; round < 2; round++) {
        char *at = map(pages * PAGE, RW, MAP_NORESERVE);
        check_zero("a word of a page of 4 KiB, touched first", at, pages * PAGE);
        memset(at, 0xa5, pages * PAGE);
        unmap(at, pages * PAGE);
    }
    for (int round = 0; round < 2; round++) {
        char *at = map(16 * MIB, RW, 0);
        check_zero("a word of a mapping of 16 MiB, touched first", at + 8 * MIB, 2 * MIB);
        memset(at + 8 * MIB, 0xa5, 2 * MIB);
        unmap(at, 16 * MIB);
    }
}

#if OUR_KERNEL

static uint64_t free_frames(void)
{
    heap_trim();
    return frames_free;
}

static uint64_t regions(void)
{
    return application_space.tree.count;
}

/* -- sparse, forbid: the grader looks ---------------------------------------------------------- */

/* 1 TiB, of which the pages named are touched: `r5` is read, `w7` written. */
static void sparse(int count, char **touches)
{
    uint64_t frames = free_frames();
    char *at = map(TIB, RW, MAP_NORESERVE);
    steps_place = (uint64_t)at;

    check("regions", 1, regions());
    for (int i = 0; i < count; i++) {
        volatile uint64_t *word = (uint64_t *)(at + strtoull(touches[i] + 1, NULL, 0) * PAGE);
        check("the first word of a page", 0, *word);
        if (touches[i][0] == 'w')
            *word = (uint64_t)word;
    }
    steps_look();
    unmap(at, TIB);
    check("regions at the end", 0, regions());
    check("frames_free at the end", frames, free_frames());
}

/* An access that is forbidden; the machine should not come back from it. */
static void forbid(const char *what)
{
    char *at = map(4 * PAGE, RW, 0);
    char *page = at + PAGE; /* the second one */
    volatile char *place = page + 10;
    bool first = strstr(what, "first"); /* the access would be the first to its page */

    memset(at, 0xc3, 4 * PAGE); /* RET */
    if (first)
        unmap(page, PAGE);
    if (strncmp(what, "write", 5) == 0) {
        if (first)
            map_at(page, PAGE, RW, 0);
        check("mprotect", 0, mprotect(page, PAGE, PROT_READ));
    } else if (strncmp(what, "none", 4) == 0) {
        if (first)
            map_at(page, PAGE, PROT_NONE, 0);
        check("mprotect", 0, mprotect(page, PAGE, PROT_NONE));
    } else if (strcmp(what, "unmapped") == 0) {
        unmap(page, PAGE);
    } else if (strcmp(what, "end") == 0) {
        place = at + 4 * PAGE;
    } else if (strcmp(what, "before") == 0) {
        unmap(at, PAGE);
        place = page - 1;
    }

    steps_place = (uint64_t)place;
    steps_look();
    if (strncmp(what, "write", 5) == 0)
        *place = 1;
    else if (strcmp(what, "execute") == 0)
        ((void (*)(void))place)();
    else
        (void)*place;
    exit(3);
}

/* What is allowed after mprotect, on pages that were committed before and on others. */
static void allow(void)
{
    char *at = map(4 * PAGE, RW, 0);

    memset(at, 0xc3, 2 * PAGE);
    check("mprotect", 0, mprotect(at, 2 * PAGE, PROT_READ | PROT_EXEC));
    ((void (*)(void))(at + PAGE))();
    check("mprotect", 0, mprotect(at, 2 * PAGE, PROT_NONE));
    check("mprotect", 0, mprotect(at, 4 * PAGE, RW));
    check("a byte after PROT_NONE and back", 0xc3, (uint8_t)at[PAGE]);
    at[PAGE] = at[3 * PAGE] = 7;
    unmap(at, 4 * PAGE);
}

/* -- search: holes among many regions ---------------------------------------------------------- */

/* Regions of one page with holes of one page; one hole, behind region `wide`, has two. */
static void search(uint64_t count, uint64_t wide)
{
    uint64_t frames = free_frames();
    char *base = (char *)application_space.search;
    char *at = base;
    char *low = map_at((char *)0x200000, PAGE, RW, 0); /* holes next to this one are too low */

    for (uint64_t i = 0; i < count; i++, at += 2 * PAGE) {
        map_at(at, PAGE, RW, 0);
        at += i == wide ? PAGE : 0;
    }
    for (int round = 0; round < 2; round++) { /* 3 pages: behind all; 2: in the wide hole */
        char *expected = round == 0 ? at - PAGE : base + 2 * wide * PAGE + PAGE;
        steps_look();
        char *got = map((3 - round) * PAGE, PROT_READ, 0);
        check("the lowest hole that is large enough", (uint64_t)expected, (uint64_t)got);
        unmap(got, (3 - round) * PAGE);
    }
    steps_look();
    char *got = map(PAGE, RW, 0); /* closes a hole: three regions become one */
    check("the lowest hole", (uint64_t)(base + PAGE), (uint64_t)got);
    check("regions after a hole between two was closed", count, regions());
    unmap(base, (uint64_t)(at - base));
    map_at(base + 8 * PAGE, PAGE, RW, 0);
    got = map(2 * PAGE, RW, 0);
    check("the lowest hole, right where the search begins", (uint64_t)base, (uint64_t)got);
    unmap(low, (uint64_t)(base + 9 * PAGE - low)); /* all in one */
    check("regions at the end", 0, regions());
    check("frames_free at the end", frames, free_frames());
}

/* -- large: 2 MiB at once ---------------------------------------------------------------------- */

static void fill(char *at, uint64_t pages)
{
    for (uint64_t i = 0; i < pages; i++)
        *(volatile uint64_t *)(at + i * PAGE + 16) = i + 1;
}

static void check_filled(const char *at, uint64_t first, uint64_t end)
{
    for (uint64_t i = first; i < end; i++)
        check("a page of a large block, after one in it was released", i + 1,
              *(const volatile uint64_t *)(at + i * PAGE + 16));
}

/* The pages numbered `release` and `protect`, of 512, lose what the others keep. */
static void large(uint64_t release, uint64_t protect)
{
    uint64_t frames = free_frames();
    char *at = map(16 * MIB, RW, 0);
    char *block = at + 6 * MIB;

    steps_place = (uint64_t)block;
    check("a large mapping's address, modulo 2 MiB", 0, (uint64_t)at % (2 * MIB));
    block[5 * PAGE] = 0;
    steps_look(); /* one page of 2 MiB */
    fill(block, 512);
    uint64_t before = frames_free;
    unmap(block + release * PAGE, PAGE);
    check("frames that a page of a large block gives back, but for the table's", before,
          frames_free);
    check_filled(block, 0, release);
    check_filled(block, release + 1, 512);
    check("mprotect", 0, mprotect(block + protect * PAGE, PAGE, PROT_READ));
    check_filled(block, protect, protect + 1);
    steps_look(); /* 511 of 4 KiB, one of which is read-only */
    unmap(block, 2 * MIB);
    block[2 * MIB] = 1;
    check("mprotect", 0, mprotect(block + 2 * MIB + PAGE, PAGE, PROT_NONE));
    steps_look(); /* 512, of which one allows nothing */
    unmap(at, PAGE);
    unmap(at + 16 * MIB - PAGE, PAGE);
    at[5 * PAGE] = at[16 * MIB - 5 * PAGE] = 1;
    steps_look(); /* and two single ones, where 2 MiB would lie outside of the region in part */
    unmap(at, 16 * MIB);
    check("regions at the end", 0, regions());
    check("frames_free at the end", frames, free_frames());
}

/* -- refill, scattered: 2 MiB where they cannot be ---------------------------------------------- */

static uint64_t page_size_at(const char *at)
{
    struct page_mapping mapping;

    return page_lookup(application_space.tables, (vaddr_t)at, &mapping) ? mapping.size : 0;
}

/* A region of large pages of which one holds small ones: the first one of them is absent. */
static void refill(void)
{
    uint64_t frames = free_frames();
    char *at = map(16 * MIB, RW, 0);
    vaddr_t first = (vaddr_t)at;

    fill(at, 512);
    unmap(at, PAGE);
    check("region_reserve of the page that was released", 0,
          region_reserve(&application_space, &first, PAGE, PAGE_W, REGION_LARGE, REGION_FREE));
    check("regions when the page is back", 1, regions());
    const volatile uint64_t *left = &frames_free; /* changed by a fault, behind C's back */
    uint64_t before = *left;
    check("the first word of the page", 0, *(volatile uint64_t *)at);
    check("frames that one page takes, where all others of its 2 MiB are there", 1, before - *left);
    check("the size of that page", PAGE, page_size_at(at));
    check_filled(at, 1, 512);
    unmap(at, 16 * MIB);
    check("regions at the end", 0, regions());
    check("frames_free at the end", frames, free_frames());
}

/* Frames are free, but no 2 MiB of them side by side. */
static void scattered(void)
{
    uint64_t frames = free_frames();
    char *at = map(16 * MIB, PROT_READ, 0);
    paddr_t blocks[256];
    unsigned count = 0;

    while (count < 256 && (blocks[count] = frame_alloc(9)))
        count++;
    check_zero("a word of a page of 4 KiB, where no 2 MiB are free", at + 5 * PAGE, PAGE);
    check("the size of a page, where no 2 MiB are free", PAGE, page_size_at(at + 5 * PAGE));
    while (count > 0)
        frame_free(blocks[--count], 9);
    unmap(at, 16 * MIB);
    check("regions at the end", 0, regions());
    check("frames_free at the end", frames, free_frames());
}

/* -- exhaust: no memory ------------------------------------------------------------------------ */

/* Single pages far from each other, until there is no memory for a region. Returns how many. */
#define SINGLES ((char *)0x800000000ul)
static uint64_t map_singles(void)
{
    uint64_t count = 0;
    for (;; count++) {
        uint64_t before = regions();
        void *got = mmap(SINGLES + 2 * count * PAGE, PAGE, RW,
                         PRIVATE | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
        if (got == MAP_FAILED) {
            check("errno of mmap without memory for the region", ENOMEM, errno);
            check("regions after mmap failed", before, regions());
            return count;
        }
    }
}

static void exhaust(void)
{
    uint64_t frames = free_frames();

    /* A large page, and small ones until no frame is free. */
    char *wide = map(16 * MIB, PROT_READ, 0);
    check_zero("a word of a large page", wide + 2 * MIB, PAGE);
    struct page_mapping mapping;
    if (!page_lookup(application_space.tables, (vaddr_t)wide + 2 * MIB, &mapping))
        wrong("nothing is mapped at a page that was read", (uint64_t)wide + 2 * MIB, 0);
    check("the size of a large mapping's first page", 2 * MIB, mapping.size);

    char *at = map(64 * MIB, RW, MAP_NORESERVE);
    uint64_t pages = 0;
    int error;
    while (!(error = region_commit(&application_space, (vaddr_t)at + pages * PAGE, PF_WRITE))) {
        *(volatile uint64_t *)(at + pages * PAGE + 16) = pages + 1;
        pages++;
    }
    check("region_commit without a frame", (uint64_t)-ENOMEM, error);
    uint64_t left = frames_free;
    check("region_commit, tried again", (uint64_t)-ENOMEM,
          region_commit(&application_space, (vaddr_t)at + pages * PAGE, PF_WRITE));
    check("frames_free after region_commit failed", left, frames_free);
    while (frames_free > 0) /* a few may be left where a table needs one, too */
        if (!frame_alloc(0))
            wrong("frame_alloc, with frames_free", frames_free, 0);
    frames -= left;

    /* No memory for a region any more. */
    uint64_t singles = map_singles();
    uint64_t count = regions();
    answered("munmap of a region's middle, without memory", munmap(at + 8 * PAGE, PAGE), ENOMEM);
    check("regions after munmap failed", count, regions());
    answered("mprotect of a region's middle, without memory",
             mprotect(at + 8 * PAGE, PAGE, PROT_READ), ENOMEM);
    check("regions after mprotect failed", count, regions());
    void *got = mmap(at + 8 * PAGE, PAGE, RW, PRIVATE | MAP_NORESERVE | MAP_FIXED, -1, 0);
    refused("MAP_FIXED into a region's middle, without memory", got, ENOMEM);
    check("regions after mmap failed", count, regions());
    answered("munmap of a large page's part, without a frame for a table",
             munmap(wide, 2 * MIB + PAGE), ENOMEM);
    answered("mprotect of a large page's part, without a frame for a table",
             mprotect(wide + 2 * MIB + PAGE, 14 * MIB - PAGE, PROT_NONE), ENOMEM);
    check("regions after a large page could not be split", count, regions());
    check_filled(at, 0, pages);
    check_zero("a word of a large page that could not be split", wide + 2 * MIB, 2 * MIB);
    check("frames_free after all that failed", 0, frames_free);

    /* Memory for one region, where two are needed. */
    if (singles > 0) {
        unmap(SINGLES, PAGE);
        answered("mprotect of a region's middle, with memory for one region of two",
                 mprotect(at + 8 * PAGE, PAGE, PROT_READ), ENOMEM);
        check("regions after mprotect failed", count - 1, regions());
        answered("munmap of a large page's middle, with memory for a region, not a table",
                 munmap(wide + 2 * MIB + 8 * PAGE, PAGE), ENOMEM);
        check("regions after munmap failed", count - 1, regions());
        *(volatile uint64_t *)(at + 8 * PAGE + 16) = 9;
        map_at(SINGLES, PAGE, RW, MAP_NORESERVE);
    }

    /* What takes no memory works, and gives some back. */
    unmap(at, PAGE);
    check("frames_free after munmap of a region's first page", 1, frames_free);
    unmap(at + (pages - 1) * PAGE, 64 * MIB - (pages - 1) * PAGE);
    check("regions after munmap of a region's start and end", count, regions());
    check_filled(at, 1, pages - 1);
    unmap(at + PAGE, 2 * PAGE);
    check_filled(at, 3, pages - 1);
    unmap(wide, 16 * MIB);
    *(volatile uint64_t *)(at + 5 * PAGE + 16) = 6;
    unmap(at + 5 * PAGE, PAGE);
    check_filled(at, 3, 5);
    check_filled(at, 6, pages - 1);

    /* And all is as it was. */
    unmap(at, 64 * MIB);
    unmap(SINGLES, 2 * singles * PAGE + PAGE);
    check("regions at the end", 0, regions());
    check("frames_free at the end", frames, free_frames());
    at = map(pages * PAGE / 2, RW, 0);
    fill(at, pages / 2);
    check_filled(at, 0, pages / 2);
}

#endif

int main(int argc, char **argv)
{
    const char *step = argc > 1 ? argv[1] : "";

    if (strcmp(step, "errors") == 0)
        errors();
    else if (strcmp(step, "zeros") == 0)
        zeros(argc > 2 ? strtoull(argv[2], NULL, 0) : 100);
#if OUR_KERNEL
    else if (strcmp(step, "sparse") == 0)
        sparse(argc - 2, argv + 2);
    else if (strcmp(step, "forbid") == 0 && argc > 2)
        forbid(argv[2]);
    else if (strcmp(step, "allow") == 0)
        allow();
    else if (strcmp(step, "large") == 0 && argc > 3)
        large(strtoull(argv[2], NULL, 0), strtoull(argv[3], NULL, 0));
    else if (strcmp(step, "search") == 0 && argc > 3)
        search(strtoull(argv[2], NULL, 0), strtoull(argv[3], NULL, 0));
    else if (strcmp(step, "refill") == 0)
        refill();
    else if (strcmp(step, "scattered") == 0)
        scattered();
    else if (strcmp(step, "exhaust") == 0)
        exhaust();
#endif
    else
        return 2;
    app_end(argc, argv);
    return 0;
}
