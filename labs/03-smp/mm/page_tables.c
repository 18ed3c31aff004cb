/* Map, unmap, protect, look up: four uses of one walk. */
#include "mm/page_tables.h"

#include <errno.h>
#include <stddef.h>

#include "exercise.h"
#include "machine.h"
#include "mm/direct.h"
#include "mm/flush.h"
#include "mm/frames.h"
#include "mm/layout.h"
#include "mm/page_walk.h"
#include "mm/stack_room.h"

/* What is taken away here, the other CPUs give up, too (mm/flush.h). */
#define invlpg     flush_page
#define frame_free flush_table

/* The bits that say in an entry the opposite of what the flag says. */
#define INVERTED (PAGE_X | PAGE_NONE)

/* A leaf's bits for flags. */
static uint64_t entry_bits(page_flags_t flags, int level)
{
    return (flags ^ INVERTED) | (level > 1 ? PTE_PS : 0);
}

static page_flags_t entry_flags(uint64_t entry)
{
    return (entry ^ INVERTED) & PAGE_FLAGS;
}

/* The physical address of the page that a leaf maps. */
static paddr_t entry_target(uint64_t entry, int level)
{
    return entry & PTE_ADDR & -page_size(level);
}

/* Whether this is a range of whole pages, not empty, in one half of the canonical addresses. */
static bool range_valid(vaddr_t address, uint64_t size)
{
    vaddr_t last = address + size - 1;

    if (address % PAGE_SIZE != 0 || size % PAGE_SIZE != 0 || size == 0 || last < address)
        return false;
    return last < LOWER_HALF_END || address >= -LOWER_HALF_END;
}

/* Whether physical memory of this size can stand there: table entries have 52 bits for it. */
static bool target_valid(paddr_t target, uint64_t size)
{
    return target % PAGE_SIZE == 0 && target <= PTE_ADDR && target + size - 1 <= (PTE_ADDR | 0xfff);
}

/* The level of the largest pages: of 1 GiB where the processor has them, else of 2 MiB. */
static int largest_level(void)
{
    static int level;

    if (!level)
        level = cpuid(CPUID_EXTENDED, 0).edx & CPUID_EXTENDED_1GIB ? 3 : 2;
    return level;
}

/* The level of the largest page that can start both at `address` and at `target`. */
static int fitting_level(vaddr_t address, paddr_t target, uint64_t size)
{
    int level = largest_level();

    while (level > 1 && ((address | target) % page_size(level) != 0 || size < page_size(level)))
        level--;
    return level;
}

int page_tables_create(struct page_tables *tables)
{
    paddr_t root = frame_alloc(0);
    if (!root)
        return -ENOMEM;
    clear_words(direct(root), 512);
    *tables = (struct page_tables){.root = root, .frames = 1};
    return 0;
}

/* Whether nothing is mapped in a range. */
static bool range_absent(const struct page_tables *tables, vaddr_t address, uint64_t size)
{
    struct page_walk walk;

    page_walk(tables->root, address, &walk);
    for (;;) {
        if (*walk.entry)
            return false;
        uint64_t done = (walk.address & -page_size(walk.level)) + page_size(walk.level) - address;
        if (done >= size)
            return true;
        page_walk_next(tables->root, &walk);
    }
}

/*
 * For a walk that stands at an absent entry: if the entry's table has become empty, its frame goes
 * back to the allocator and the entry that led to it becomes absent; and so on upwards, but never
 * for the PML4. Afterwards the walk stands at the absent entry that is left.
 *
 * The processor caches the way to a table, too (SDM vol. 3A §4.10.3.2): INVLPG comes before the
 * frame is free, or the processor may walk through whatever its next owner writes there.
 */
static void free_empty_tables(struct page_tables *tables, struct page_walk *walk)
{
    /* EXERCISE 2.2c (20 points): give empty tables back. */
    while (walk->level < PAGE_LEVELS) {
        paddr_t table = direct_address(walk->entry) & -(paddr_t)PAGE_SIZE;
        if (*frame_note(table) != 0)
            return;
        walk->level++;
        walk->entry = walk->path[walk->level];
        page_walk_set(walk, 0);
        invlpg(walk->address);
        frame_free(table, 0);
        tables->frames--;
    }
    /* END EXERCISE 2.2c */
}

/* How many pages of a level, from `address` on, fit into `size` bytes and into one table. */
static uint64_t pages_in_table(vaddr_t address, uint64_t size, int level)
{
    uint64_t pages = size / page_size(level);
    uint64_t left = 512 - page_index(address, level);

    return pages < left ? pages : left;
}

int page_map_at(struct page_tables *tables, struct page_walk *walk, paddr_t target, int level,
                uint64_t count, page_flags_t flags)
{
    if (*walk->entry)
        return -EEXIST;
    while (walk->level > level)
        if (page_walk_down(walk, &tables->frames)) {
            free_empty_tables(tables, walk);
            return -ENOMEM;
        }
    page_walk_fill(walk, target | entry_bits(flags, level), count);
    return 0;
}

/* page_map_at for an address. */
static int map_pages(struct page_tables *tables, vaddr_t address, paddr_t target, int level,
                     uint64_t count, page_flags_t flags)
{
    struct page_walk walk;

    page_walk(tables->root, address, &walk);
    return page_map_at(tables, &walk, target, level, count, flags);
}

int page_map(struct page_tables *tables, vaddr_t address, paddr_t target, uint64_t size,
             page_flags_t flags)
{
    stack_room(2 * STACK_NEED);
    if (!range_valid(address, size) || !target_valid(target, size) || !page_flags_valid(flags))
        return -EINVAL;

    /* EXERCISE 2.2d (20 points): map a range with the largest pages. */
    if (!range_absent(tables, address, size))
        return -EEXIST;

    for (uint64_t done = 0; done < size;) {
        int level = fitting_level(address + done, target + done, size - done);
        uint64_t count = pages_in_table(address + done, size - done, level);
        if (map_pages(tables, address + done, target + done, level, count, flags)) {
            vaddr_t from = address; /* take back what is done: whole pages, so nothing to split */
            if (done > 0 && page_unmap(tables, &from, address + done, NULL))
                panic("page_map: %#lx cannot be unmapped again", from);
            return -ENOMEM;
        }
        done += count * page_size(level);
    }
    return 0;
    /* END EXERCISE 2.2d */
}

/*
 * Takes a walk that stands at a leaf down until that leaf lies in [walk->address, end) as a whole.
 * Returns 0, or -ENOMEM: all is mapped as before, perhaps in smaller pages.
 */
static int split_to(struct page_tables *tables, struct page_walk *walk, vaddr_t end)
{
    while (walk->address % page_size(walk->level) != 0 ||
           end - walk->address < page_size(walk->level))
        if (page_walk_down(walk, &tables->frames))
            return -ENOMEM;
    return 0;
}

int page_unmap(struct page_tables *tables, vaddr_t *address, vaddr_t end, struct page_list *removed)
{
    stack_room(2 * STACK_NEED);
    if (removed)
        removed->count = 0;
    if (!range_valid(*address, end - *address))
        return -EINVAL;

    /* EXERCISE 2.2e (20 points): unmap a range. */
    struct page_walk walk;
    page_walk(tables->root, *address, &walk);
    for (;;) {
        if (*walk.entry) {
            if (removed && removed->count == PAGE_LIST_MAX)
                return 0;
            if (split_to(tables, &walk, end))
                return -ENOMEM;
            if (removed)
                removed->pages[removed->count++] = (struct page_mapping){
                    .address = walk.address,
                    .target = entry_target(*walk.entry, walk.level),
                    .size = page_size(walk.level),
                    .flags = entry_flags(*walk.entry),
                };
            uint64_t old = *walk.entry;
            page_walk_set(&walk, 0);
            if (old & PTE_P)
                invlpg(walk.address);
            free_empty_tables(tables, &walk);
        }
        uint64_t step = page_size(walk.level) - walk.address % page_size(walk.level);
        if (end - walk.address <= step)
            break;
        page_walk_next(tables->root, &walk);
        *address = walk.address;
    }
    *address = end;
    return 0;
    /* END EXERCISE 2.2e */
}

int page_protect(struct page_tables *tables, vaddr_t address, uint64_t size, page_flags_t flags)
{
    stack_room(2 * STACK_NEED);
    if (!range_valid(address, size) || !page_flags_valid(flags))
        return -EINVAL;

    /* EXERCISE 2.2f (20 points): change the rights of a range. */
    vaddr_t end = address + size;
    struct page_walk walk;
    page_walk(tables->root, address, &walk);
    for (;;) {
        if (*walk.entry && entry_flags(*walk.entry) != flags) {
            if (split_to(tables, &walk, end))
                return -ENOMEM;
            uint64_t old = *walk.entry;
            page_walk_set(&walk, entry_target(old, walk.level) | (old & (PTE_A | PTE_D)) |
                                     entry_bits(flags, walk.level));
            if (old & PTE_P)
                invlpg(walk.address);
        }
        uint64_t step = page_size(walk.level) - walk.address % page_size(walk.level);
        if (end - walk.address <= step)
            return 0;
        page_walk_next(tables->root, &walk);
    }
    /* END EXERCISE 2.2f */
}

bool page_lookup(const struct page_tables *tables, vaddr_t address, struct page_mapping *mapping)
{
    /* EXERCISE 2.2g (20 points): what is mapped there? */
    struct page_walk walk;
    page_walk(tables->root, address, &walk);
    if (!*walk.entry)
        return false;
    *mapping = (struct page_mapping){
        .address = address & -page_size(walk.level),
        .target = entry_target(*walk.entry, walk.level),
        .size = page_size(walk.level),
        .flags = entry_flags(*walk.entry),
    };
    return true;
    /* END EXERCISE 2.2g */
}
