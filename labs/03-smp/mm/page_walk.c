/* The one walk over page tables: down, on, and deeper than the tables reach. */
#include "mm/page_walk.h"

#include <errno.h>

#include "exercise.h"
#include "mm/direct.h"
#include "mm/frames.h"

#define ENTRIES 512

/* The entry of a level that an address goes through, in the table at physical address `table`. */
static inline uint64_t *entry_in(paddr_t table, vaddr_t address, int level)
{
    return (uint64_t *)direct(table) + page_index(address, level);
}

/* The note of the table that an entry stands in: how many of its entries are not absent. */
static inline uint32_t *table_note(const uint64_t *entry)
{
    return frame_note(direct_address(entry) & -(paddr_t)PAGE_SIZE);
}

/* From the entry at `level` down to where the tables end. */
static void descend(struct page_walk *walk, uint64_t *entry, int level)
{
    /* EXERCISE 2.2a (20 points): down the tables. */
    walk->path[level] = entry;
    while (*entry && !page_is_leaf(*entry, level)) {
        level--;
        entry = entry_in(*walk->path[level + 1] & PTE_ADDR, walk->address, level);
        walk->path[level] = entry;
    }
    walk->level = level;
    walk->entry = entry;
    /* END EXERCISE 2.2a */
}

void page_walk(paddr_t root, vaddr_t address, struct page_walk *walk)
{
    walk->address = address;
    descend(walk, entry_in(root, address, PAGE_LEVELS), PAGE_LEVELS);
}

/* An address in the lower half whose bit 47 has become 1 goes on in the upper half. */
static vaddr_t canonical(vaddr_t address)
{
    return (vaddr_t)((int64_t)(address << 16) >> 16);
}

void page_walk_next(paddr_t root, struct page_walk *walk)
{
    int level = walk->level;

    walk->address = canonical((walk->address & -page_size(level)) + page_size(level));
    /* As long as the address stays in the table, its entry is the next one; else one level up. */
    while (level < PAGE_LEVELS && page_index(walk->address, level) == 0)
        level++;
    if (level == PAGE_LEVELS)
        page_walk(root, walk->address, walk);
    else
        descend(walk, walk->path[level] + 1, level);
}

int page_walk_down(struct page_walk *walk, uint64_t *tables)
{
    /* EXERCISE 2.2b (20 points): a table where none was. */
    paddr_t table = frame_alloc(0);
    if (!table)
        return -ENOMEM;
    clear_words(direct(table), ENTRIES);
    (*tables)++;

    int level = walk->level - 1;
    uint64_t old = *walk->entry;
    if (old) { /* a leaf: 512 smaller ones */
        uint64_t *entries = direct(table);
        if (level == 1)
            old &= ~PTE_PS;
        for (unsigned i = 0; i < ENTRIES; i++)
            entries[i] = old + i * page_size(level);
        *frame_note(table) = ENTRIES;
    }

    page_walk_set(walk, table | PTE_P | PTE_W | PTE_U);
    walk->level = level;
    walk->entry = walk->path[level] = entry_in(table, walk->address, level);
    return 0;
    /* END EXERCISE 2.2b */
}

void page_walk_set(struct page_walk *walk, uint64_t entry)
{
    *table_note(walk->entry) += !!entry - !!*walk->entry;
    *walk->entry = entry;
}

void page_walk_fill(struct page_walk *walk, uint64_t leaf, uint64_t count)
{
    uint64_t size = page_size(walk->level);

    *table_note(walk->entry) += count;
    for (uint64_t i = 0; i < count; i++)
        walk->entry[i] = leaf + i * size;
}
