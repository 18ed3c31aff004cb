/*
 * Regions: which addresses somebody may use, whether there is memory behind them yet or not.
 *
 * Reserving a region takes no memory but for its entry in a tree. The first touch of a page is a
 * page fault, and the handler commits it: takes a frame, clears it, and maps it with the region's
 * rights. Two neighbours with the same rights and kind are always one region.
 *
 * Pages of 4 KiB are committed one by one. A region of kind REGION_LARGE is committed in pages of
 * 2 MiB where these lie in it as a whole, hold nothing yet, and a frame of that size is free.
 *
 * A space is a range of addresses with its regions. There may be several, each with page tables of
 * its own or parts of the same ones; nobody else maps anything in its range.
 *
 * Locking: none yet; lab 03 puts it behind these functions. Only region_commit, region_at and
 * region_next may be called from the page-fault handler; region_commit begins with stack_room
 * (mm/stack_room.h), since it walks tables. Entries of the tree come from malloc.
 */
#pragma once

#include <stdint.h>

#include "mm/page_tables.h"
#include "mm/region_tree.h"
#include "types.h"

struct region {
    struct region_node node; /* its place in the tree, which holds start and end */
    page_flags_t flags;      /* what its pages are mapped with: PAGE_W, PAGE_X, PAGE_KEY, …; or
                                PAGE_NONE: no access at all */
    uint32_t kind;           /* REGION_… below */
};

#define REGION_SPARSE (1u << 0) /* more may be reserved than there is memory */
#define REGION_LARGE  (1u << 1) /* commits 2 MiB at once where it can */

struct region_space {
    struct page_tables *tables;
    vaddr_t start, end;      /* regions lie in here */
    vaddr_t search;          /* holes are searched from here up */
    struct region_tree tree; /* of the nodes of struct region */
};

/* The application's: the lower half, but for its first 64 KiB and its last page. */
extern struct region_space application_space;

/* Where region_reserve may put a region. */
enum region_place {
    REGION_ANYWHERE, /* at `*address` if that is free (and not 0), else in the lowest hole from
                        `space->search` up that is large enough */
    REGION_FREE,     /* at `*address`, which has to be free */
    REGION_REPLACE,  /* at `*address`; what is there is released */
};

/*
 * Reserves `size` bytes, and sets `*address` to where they are. Large regions that may lie anywhere
 * start at a multiple of 2 MiB. Addresses and sizes, here and below, are multiples of PAGE_SIZE,
 * sizes not 0, ranges lie in the space, flags are page_flags_valid, and kinds known: all else is
 * -EINVAL.
 *
 * Returns 0, -EINVAL, -EEXIST (REGION_FREE only) or -ENOMEM: no hole, no memory for the entry, or
 * the region is writable, not sparse, and larger than all frames that are free now. After an error
 * nothing has changed.
 */
int region_reserve(struct region_space *space, vaddr_t *address, uint64_t size, page_flags_t flags,
                   uint32_t kind, enum region_place place) __attribute__((warn_unused_result));

/*
 * Releases all that is reserved in a range, and gives the frames back. Regions that lie in it in
 * part are cut; what is not reserved stays so.
 *
 * Returns 0, -EINVAL or -ENOMEM: the middle of a region is released and there is no memory for the
 * second part's entry, or the edge cuts a large page and there is no frame for a table. After an
 * error nothing has changed.
 */
int region_release(struct region_space *space, vaddr_t address, uint64_t size)
    __attribute__((warn_unused_result));

/*
 * Gives all pages of a range, which is reserved as a whole, new flags. Contents stay, also under
 * PAGE_NONE.
 *
 * Returns 0, -EINVAL or -ENOMEM: not all of it is reserved, or there is no memory to cut a region
 * or a large page. After an error nothing has changed.
 */
int region_protect(struct region_space *space, vaddr_t address, uint64_t size, page_flags_t flags)
    __attribute__((warn_unused_result));

/*
 * What the page-fault handler calls: commits the page that holds `address`, if that is what the
 * access was missing. `error_code` is the fault's (PF_…, SDM vol. 3A §4.7).
 *
 * Returns 0 (the access can be tried again: the page is committed, or was so already, by somebody
 * else since the fault), -EFAULT (no region, or it forbids the access, or the fault was not about a
 * page that is missing: PF_PRESENT, PF_RESERVED), or -ENOMEM (no frame is free; nothing has
 * changed).
 */
int region_commit(struct region_space *space, vaddr_t address, uint32_t error_code)
    __attribute__((warn_unused_result));

/* The region that holds an address, or NULL. */
struct region *region_at(const struct region_space *space, vaddr_t address);

/* The next region up, or NULL; the first one for NULL. */
struct region *region_next(const struct region_space *space, const struct region *region);
