/*
 * Calls what the page-fault handler calls, too, where the stack is about to grow: the frame
 * allocator and the page tables, with the stack pointer at every multiple of 16 above the lowest
 * byte that is mapped. Wherever the handler comes in between, each frame has one owner afterwards.
 *
 *   stack_room          stops at the first mistake, and says which
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "ended.h"
#include "mm/address_space.h"
#include "mm/frames.h"
#include "mm/page_tables.h"
#include "mm/page_walk.h"
#include "mm/regions.h"
#include "mm/stacks.h"
#include "report.h"

#define PROBE      0xfffff00000000000ul /* nothing else is mapped below this entry of the PML4 */
#define PLACE      0x0000400000000000ul /* where a region is reserved */
#define MIB2       (2ul << 20)
#define LOWEST     16
#define HIGHEST    (3 * PAGE_SIZE)
#define FRAMES_MAX 64

static const char *now;
static uint64_t distance;

static _Noreturn void wrong(const char *what, uint64_t expected, uint64_t found)
{
    char text[160];

    snprintf(text, sizeof text, "%s, called %lu bytes above stack->low: %s", now, distance, what);
    printf("%s: expected %#lx, found %#lx\n", text, expected, found);
    report("# wrong %s\n# expected %#lx\n# found %#lx\n", text, expected, found);
    exit(1);
}

static void check(const char *what, uint64_t expected, uint64_t found)
{
    if (expected != found)
        wrong(what, expected, found);
}

/* -- who owns what ---------------------------------------------------------------------------- */

static paddr_t owned[FRAMES_MAX]; /* frames that have an owner, for a comparison */
static unsigned owned_count;

static void own(paddr_t frame)
{
    for (unsigned i = 0; i < owned_count; i++)
        if (owned[i] == frame)
            wrong("a frame that has two owners", 0, frame);
    owned[owned_count++] = frame;
}

/* The tables that lead to an address, but for the PML4, and what is mapped there. */
static void own_path(vaddr_t address)
{
    struct page_walk walk;

    page_walk(kernel_tables.root, address, &walk);
    for (int level = PAGE_LEVELS; level > walk.level; level--)
        own(*walk.path[level] & PTE_ADDR);
    if (*walk.entry)
        own(*walk.entry & PTE_ADDR);
}

/* What the stack has got since the call. */
static void own_stack(vaddr_t low, vaddr_t end)
{
    for (; low < end; low += PAGE_SIZE) {
        struct page_mapping page;
        if (!page_lookup(&kernel_tables, low, &page))
            wrong("a page of the stack that is not mapped", 0, low);
        own(page.target);
    }
}

/* The lists of free blocks lead back, hold as much as frames_free says, and nothing of the owners'. */
static void check_lists(void)
{
    uint64_t count = 0;

    for (unsigned order = 0; order < FRAME_ORDERS; order++)
        for (uint32_t number = frame_lists[order], before = 0; number;
             before = number, number = frame_table[number].next) {
            check("state of a block in a list", FRAME_FREE, frame_table[number].state);
            check("order of a block in a list", order, frame_table[number].order);
            check("the link back", before, frame_table[number].previous);
            count += 1ul << order;
            for (unsigned i = 0; i < owned_count; i++)
                if (owned[i] / PAGE_SIZE >= number &&
                    owned[i] / PAGE_SIZE < number + (1ul << order))
                    wrong("a frame that has an owner, and is free", 0, owned[i]);
        }
    check("frames_free, and what the lists hold", count, frames_free);
}

/* -- the calls -------------------------------------------------------------------------------- */

/* Not on the stack, where they would be a touch. */
static paddr_t frame; /* what a call takes or gives back */
static int error;

static void take_frame(void)
{
    frame = frame_alloc(0);
}

static void give_frame(void)
{
    frame_free(frame, 0);
}

static void take_run(void)
{
    frame = frames_alloc_run(5);
}

static void shrink_run(void)
{
    frames_shrink_run(frame, 5, 2);
}

static void give_run(void)
{
    frames_free_run(frame, 5);
}

static void take_block(void)
{
    frame = frame_alloc(2);
}

static void split(void)
{
    frames_split(frame, 2);
}

static void give_parts(void)
{
    for (unsigned i = 0; i < 4; i++)
        frame_free(frame + i * PAGE_SIZE, 0);
}

static void map_page(void)
{
    error = page_map(&kernel_tables, PROBE, 0x100000000, PAGE_SIZE, PAGE_W);
}

static void unmap_page(void)
{
    vaddr_t from = PROBE;

    error = page_unmap(&kernel_tables, &from, PROBE + MIB2, NULL);
}

static void map_large(void)
{
    error = page_map(&kernel_tables, PROBE, 0x100000000, MIB2, PAGE_W);
}

static void protect_part(void)
{
    error = page_protect(&kernel_tables, PROBE, PAGE_SIZE, 0);
}

static void reserve(void)
{
    vaddr_t place = PLACE;

    error = region_reserve(&application_space, &place, PAGE_SIZE, PAGE_W, 0, REGION_FREE);
}

static void commit(void)
{
    error = region_commit(&application_space, PLACE, PF_WRITE);
}

static void release(void)
{
    error = region_release(&application_space, PLACE, PAGE_SIZE);
}

static void nothing(void)
{
}

static const struct {
    const char *name;
    void (*before)(void);
    void (*call)(void);    /* where the stack is about to grow */
    void (*after)(void);   /* all is as before `before` */
    unsigned first, count; /* frames that are owned behind the call: of those from `frame` on */
    int taken;             /* frames that the call takes, without those of tables */
} calls[] = {
    {"frame_alloc", nothing, take_frame, give_frame, 0, 1, 1},
    {"frame_free", take_frame, give_frame, nothing, 0, 0, -1},
    {"frames_alloc_run", nothing, take_run, give_run, 0, 5, 5},
    {"frames_free_run", take_run, give_run, nothing, 0, 0, -5},
    {"frames_shrink_run", take_run, shrink_run, nothing, 0, 2, -3},
    {"frames_split", take_block, split, give_parts, 0, 4, 0},
    {"page_map", nothing, map_page, unmap_page, 0, 0, 0},
    {"page_unmap", map_page, unmap_page, nothing, 0, 0, 0},
    {"page_protect", map_large, protect_part, unmap_page, 0, 0, 0},
    {"region_commit", reserve, commit, release, 0, 0, 1},
};

void *volatile unused; /* so that no compiler leaves out what is allocated below */

/* Calls a function with the stack pointer `distance` bytes above the lowest byte that is mapped. */
static __attribute__((noinline)) void call_down_there(void call(void))
{
    char *here = __builtin_alloca(16);

    unused = __builtin_alloca((vaddr_t)here - thread_stack->low - distance);
    call();
    unused = here;
}

/* Takes back what the stack has got. */
static void shrink_stack(vaddr_t low)
{
    vaddr_t from = thread_stack->low;

    while (from < low) {
        struct page_list removed;
        if (page_unmap(&kernel_tables, &from, low, &removed))
            wrong("the stack's pages cannot be unmapped", 0, from);
        for (unsigned i = 0; i < removed.count; i++)
            frame_free(removed.pages[i].target, 0);
    }
    thread_stack->low = low;
}

static void play(unsigned number)
{
    vaddr_t low = thread_stack->low;

    calls[number].before();
    check("the result of the call before it", 0, error);
    uint64_t free = frames_free, tables = kernel_tables.frames;

    call_down_there(calls[number].call);
    check("its result", 0, error);
    owned_count = 0;
    for (unsigned i = 0; i < calls[number].count; i++)
        own(frame + i * PAGE_SIZE);
    own_stack(thread_stack->low, low);
    own_path(PROBE);
    own_path(PLACE);
    check_lists();
    uint64_t grown = (low - thread_stack->low) / PAGE_SIZE;
    check("frames that are free now",
          free - grown - (kernel_tables.frames - tables) - calls[number].taken, frames_free);

    if (calls[number].call == shrink_run)
        frames_free_run(frame, 2);
    calls[number].after();
    shrink_stack(low);
}

int main(int argc, char **argv)
{
    uint64_t count = 0;

    for (unsigned number = 0; number < sizeof calls / sizeof calls[0]; number++)
        for (distance = LOWEST; distance < HIGHEST; distance += 16) {
            now = calls[number].name;
            play(number);
            count++;
        }
    report("# %lu calls\n", count);
    app_end(argc, argv);
    return 0;
}
