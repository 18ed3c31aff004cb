/*
 * The one walk over page tables. Mapping, unmapping, protecting, looking up and the fault report
 * all stand on it.
 *
 * Levels are counted as the tables nest: 4 is the PML4, 3 a page-directory-pointer table, 2 a page
 * directory, 1 a page table. An entry of level n is responsible for page_size(n) bytes. It is
 * absent (0), maps one page of that size (a leaf; levels 1 to 3; P is clear where the page allows
 * no access), or leads to a table of level n - 1.
 *
 * A table's note (mm/frames.h) is the number of its entries that are not absent, so that an empty
 * table is known without looking. Tables grant all rights; leaves take them away: the entry that
 * leads to a table has P, W and U set, and no NX.
 *
 * Locking: whoever walks owns the tables; lab 03 puts a lock behind mm/page_tables.h.
 *
 * Source: Intel SDM vol. 3A §4.5 (4-level paging), figure 4-8 to 4-10, table 4-15 to 4-20.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "types.h"
#include "x86.h"

#define PAGE_LEVELS 4

struct page_walk {
    vaddr_t address;
    int level;                       /* where the walk stands */
    uint64_t *entry;                 /* the entry of that level which `address` goes through */
    uint64_t *path[PAGE_LEVELS + 1]; /* path[n]: the one of level n, from 4 down to `level` */
};

/* The bytes that one entry of a level is responsible for. */
static inline uint64_t page_size(int level)
{
    return 1ul << (12 + 9 * (level - 1));
}

/* The number of the entry that an address goes through in a table of this level. */
static inline unsigned page_index(vaddr_t address, int level)
{
    return (address >> (12 + 9 * (level - 1))) & 511;
}

/* Whether an entry of this level that is not absent maps a page. */
static inline bool page_is_leaf(uint64_t entry, int level)
{
    return level == 1 || (entry & PTE_PS);
}

/*
 * Walks from the PML4 at physical address `root` down to the entry that decides about `address`:
 * the first one that is absent or a leaf. `address` is canonical.
 */
void page_walk(paddr_t root, vaddr_t address, struct page_walk *walk);

/*
 * Moves a walk on to the first address that its entry is not responsible for, and down from there
 * as page_walk does. After the last entry of all it stands at address 0 again.
 */
void page_walk_next(paddr_t root, struct page_walk *walk);

/*
 * Takes the walk one level down, to an entry which may be absent. An absent entry gets a fresh,
 * empty table; a leaf is split into a table of 512 leaves that map the same memory with the same
 * rights. `tables` counts the frames that tables occupy, and grows by one.
 *
 * Splitting changes no translation, so nothing is flushed: the TLB may go on with the large page's
 * entry. Whoever changes one of the parts afterwards flushes that part's address, and INVLPG drops
 * every entry that translates it, the large page's too (SDM vol. 3A §4.10.4.1).
 *
 * Returns 0, or -ENOMEM: no frame is free; nothing has changed. The walk does not stand at level 1.
 */
int page_walk_down(struct page_walk *walk, uint64_t *tables) __attribute__((warn_unused_result));

/*
 * Sets the walk's entry, and keeps the note of its table right. Flushes nothing.
 */
void page_walk_set(struct page_walk *walk, uint64_t entry);

/*
 * Sets the walk's entry to a leaf, and the `count - 1` entries behind it in the same table to leaves
 * for the memory that follows. All of them are absent. Keeps the table's note right.
 */
void page_walk_fill(struct page_walk *walk, uint64_t leaf, uint64_t count);
