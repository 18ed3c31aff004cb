/* Reserve, commit on first touch, release, protect: regions in a tree, pages in the tables. */
#include "mm/regions.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "exercise.h"
#include "machine.h"
#include "mm/address_space.h"
#include "mm/direct.h"
#include "mm/frames.h"
#include "mm/layout.h"
#include "mm/page_walk.h"
#include "mm/stack_room.h"

#define LARGE_LEVEL 2 /* of the large pages' entries: 2 MiB */
#define LARGE_ORDER 9 /* of their frames */
#define LARGE_SIZE  page_size(LARGE_LEVEL)

struct region_space application_space = {
    .tables = &kernel_tables,
    .start = 0x10000,
    .end = LOWER_HALF_END - PAGE_SIZE,
    .search = 0x100000000,
};

/* The region that a node is part of; NULL for NULL. */
static struct region *region_of(struct region_node *node)
{
    _Static_assert(offsetof(struct region, node) == 0, "a node and its region start together");
    return (struct region *)node;
}

/* The lowest region that ends above `address`, or NULL. */
static struct region *region_from(const struct region_space *space, vaddr_t address)
{
    return region_of(region_tree_from(&space->tree, address));
}

struct region *region_at(const struct region_space *space, vaddr_t address)
{
    struct region *region = region_from(space, address);

    return region && region->node.start <= address ? region : NULL;
}

struct region *region_next(const struct region_space *space, const struct region *region)
{
    return region_of(region ? region_tree_next(&region->node)
                            : region_tree_from(&space->tree, space->start));
}

/* Whether these are whole pages, not none, inside of the space. */
static bool range_valid(const struct region_space *space, vaddr_t address, uint64_t size)
{
    return address % PAGE_SIZE == 0 && size % PAGE_SIZE == 0 && size > 0 &&
           address >= space->start && address <= space->end && size <= space->end - address;
}

static bool range_free(const struct region_space *space, vaddr_t address, uint64_t size)
{
    struct region *region = region_from(space, address);

    return !region || region->node.start >= address + size;
}

/*
 * Finds the lowest hole: the lowest address in [low, high) from which on `size` bytes are free, or
 * 0. Of the regions, only those of `node` (or NULL) and below it reach into [low, high).
 *
 * Looks at no more nodes than about twice the tree's height: what a node knows of those below it
 * (region_tree.h) tells whether any hole there is large enough. Of a hole that begins below `low`,
 * only the part from `low` on counts.
 */
static vaddr_t find_hole(const struct region_node *node, vaddr_t low, vaddr_t high, uint64_t size)
{
    /* EXERCISE 2.5a (15 points): find a hole. */
    if (low >= high || high - low < size)
        return 0;
    if (!node)
        return low;
    bool before = node->low > low && node->low - low >= size;
    bool behind = high - node->high >= size;
    if (node->gap < size && !before && !behind)
        return 0;

    vaddr_t found = find_hole(node->child[0], low, node->start < high ? node->start : high, size);
    if (found)
        return found;
    return find_hole(node->child[1], node->end > low ? node->end : low, high, size);
    /* END EXERCISE 2.5a */
}

/*
 * Takes a block of frames, clears it, and maps it as one page, of 4 KiB (order 0) or 2 MiB
 * (LARGE_ORDER), where `address` lies. Returns 0, or -ENOMEM with nothing changed.
 */
static int commit_page(struct region_space *space, const struct region *region, vaddr_t address,
                       unsigned order)
{
    uint64_t size = (uint64_t)PAGE_SIZE << order;
    paddr_t frame = frame_alloc(order);
    if (!frame)
        return -ENOMEM;
    clear_words(direct(frame), size / sizeof(uint64_t));
    struct page_walk walk;
    page_walk(space->tables->root, address & -size, &walk);
    int error = page_map_at(space->tables, &walk, frame, order ? LARGE_LEVEL : 1, 1, region->flags);
    if (error)
        frame_free(frame, order);
    return error;
}

int region_commit(struct region_space *space, vaddr_t address, uint32_t error_code)
{
    stack_room(2 * STACK_NEED);

    /* EXERCISE 2.5b (15 points): commit on first touch. */
    const struct region *region = region_at(space, address);
    if (!region || (region->flags & PAGE_NONE) || (error_code & (PF_PRESENT | PF_RESERVED)) ||
        ((error_code & PF_WRITE) && !(region->flags & PAGE_W)) ||
        ((error_code & PF_FETCH) && !(region->flags & PAGE_X)))
        return -EFAULT;

    struct page_walk walk;
    page_walk(space->tables->root, address, &walk);
    if (*walk.entry)
        return 0;

    /* Nothing is mapped in what an absent entry is responsible for: 2 MiB, or more. */
    vaddr_t large = address & -LARGE_SIZE;
    if ((region->kind & REGION_LARGE) && walk.level >= LARGE_LEVEL && large >= region->node.start &&
        large + LARGE_SIZE <= region->node.end && !commit_page(space, region, address, LARGE_ORDER))
        return 0;
    return commit_page(space, region, address, 0);
    /* END EXERCISE 2.5b */
}

/*
 * Makes sure that no page reaches across `address`: a large page that does is split, and its frame
 * becomes 512 frames. Returns 0, or -ENOMEM with nothing changed.
 */
static int cut_page(struct region_space *space, vaddr_t address)
{
    struct page_walk walk;

    page_walk(space->tables->root, address, &walk);
    if (!*walk.entry || address % page_size(walk.level) == 0)
        return 0;
    paddr_t frame = *walk.entry & PTE_ADDR & -LARGE_SIZE;
    if (page_walk_down(&walk, &space->tables->frames))
        return -ENOMEM;
    frames_split(frame, LARGE_ORDER);
    return 0;
}

/*
 * Makes sure that no region reaches across `address`: one that does becomes two, with the same
 * flags and kind. Returns 0, or -ENOMEM with nothing changed.
 */
static int cut_region(struct region_space *space, vaddr_t address)
{
    struct region *lower = region_at(space, address);
    if (!lower || lower->node.start == address)
        return 0;
    struct region *upper = malloc(sizeof *upper);
    if (!upper)
        return -ENOMEM;
    *upper = *lower;
    upper->node.start = address;
    region_tree_resize(&lower->node, lower->node.start, address);
    region_tree_insert(&space->tree, &upper->node);
    return 0;
}

/*
 * Contract: regions.h. What can fail comes first (cut_page, cut_region), and nothing may be lost by
 * it. Only where the range lies inside of one region, and ends before it does, is a new region
 * needed: to release the start or the end of one, or all of it, takes no memory (apart from large
 * pages).
 */
int region_release(struct region_space *space, vaddr_t address, uint64_t size)
{
    if (!range_valid(space, address, size))
        return -EINVAL;

    /* EXERCISE 2.5c (15 points): release a range. */
    vaddr_t end = address + size;
    struct region *region = region_from(space, address);
    if (!region || region->node.start >= end)
        return 0;
    if (cut_page(space, address) || cut_page(space, end))
        return -ENOMEM;
    if (region->node.start < address && region->node.end > end && cut_region(space, end))
        return -ENOMEM;

    for (vaddr_t from = address; from < end;) {
        struct page_list removed;
        if (page_unmap(space->tables, &from, end, &removed))
            panic("release: pages at %#lx are cut, and cannot be unmapped", from);
        for (unsigned i = 0; i < removed.count; i++)
            frame_free(removed.pages[i].target,
                       removed.pages[i].size == LARGE_SIZE ? LARGE_ORDER : 0);
    }

    while (region && region->node.start < end) {
        struct region *next = region_next(space, region);
        if (region->node.start < address) {
            region_tree_resize(&region->node, region->node.start, address);
        } else if (region->node.end > end) {
            region_tree_resize(&region->node, end, region->node.end);
        } else {
            region_tree_remove(&space->tree, &region->node);
            free(region);
        }
        region = next;
    }
    return 0;
    /* END EXERCISE 2.5c */
}

/*
 * Makes one region of all neighbours that touch each other and are alike (same flags, same kind),
 * as far as one of them touches or overlaps [start, end).
 */
static void join(struct region_space *space, vaddr_t start, vaddr_t end)
{
    /* EXERCISE 2.5d (15 points): merge neighbours. */
    struct region *region = region_from(space, start - 1); /* it may end where the range starts */

    while (region && region->node.start < end) {
        struct region *next = region_next(space, region);
        if (next && next->node.start == region->node.end && next->flags == region->flags &&
            next->kind == region->kind) {
            vaddr_t joined_end = next->node.end;
            region_tree_remove(&space->tree, &next->node);
            region_tree_resize(&region->node, region->node.start, joined_end);
            free(next);
        } else {
            region = next;
        }
    }
    /* END EXERCISE 2.5d */
}

/*
 * Contract: regions.h. What can fail comes first: cut_page and cut_region at both ends. When it
 * does fail, the regions are as before: `join` makes up for a cut.
 */
int region_protect(struct region_space *space, vaddr_t address, uint64_t size, page_flags_t flags)
{
    if (!range_valid(space, address, size) || !page_flags_valid(flags))
        return -EINVAL;

    /* EXERCISE 2.5f (15 points): new rights for a range. */
    vaddr_t end = address + size;
    for (vaddr_t next = address; next < end;) {
        const struct region *region = region_at(space, next);
        if (!region)
            return -ENOMEM;
        next = region->node.end;
    }
    if (cut_page(space, address) || cut_page(space, end) || cut_region(space, address) ||
        cut_region(space, end)) {
        join(space, address, end);
        return -ENOMEM;
    }
    if (page_protect(space->tables, address, size, flags))
        panic("protect: pages at %#lx are cut, and cannot be changed", address);
    for (struct region *region = region_at(space, address); region && region->node.start < end;
         region = region_next(space, region))
        region->flags = flags;
    join(space, address, end);
    return 0;
    /* END EXERCISE 2.5f */
}

int region_reserve(struct region_space *space, vaddr_t *address, uint64_t size, page_flags_t flags,
                   uint32_t kind, enum region_place place)
{
    uint64_t alignment = kind & REGION_LARGE ? LARGE_SIZE : PAGE_SIZE;
    vaddr_t start = *address;

    if (start % PAGE_SIZE != 0 || size % PAGE_SIZE != 0 || size == 0 || !page_flags_valid(flags) ||
        (kind & ~(REGION_SPARSE | REGION_LARGE)))
        return -EINVAL;
    if ((flags & PAGE_W) && !(kind & REGION_SPARSE) && size / PAGE_SIZE > frames_free)
        return -ENOMEM;
    if (place != REGION_ANYWHERE) {
        if (!range_valid(space, start, size))
            return -EINVAL;
        if (place == REGION_FREE && !range_free(space, start, size))
            return -EEXIST;
    } else if (!range_valid(space, start, size) || !range_free(space, start, size)) {
        if (size > space->end - space->start)
            return -ENOMEM;
        start =
            find_hole(space->tree.root, space->search, space->end, size + alignment - PAGE_SIZE);
        if (!start)
            return -ENOMEM;
        start = (start + alignment - 1) & -alignment;
    }

    struct region *region = malloc(sizeof *region);
    if (!region)
        return -ENOMEM;
    if (place == REGION_REPLACE) {
        int error = region_release(space, start, size);
        if (error) {
            free(region);
            return error;
        }
    }
    *region = (struct region){
        .node = {.start = start, .end = start + size}, .flags = flags, .kind = kind};
    region_tree_insert(&space->tree, &region->node);
    join(space, start, start + size);
    *address = start;
    return 0;
}
