/*
 * Page tables: what is mapped where, with which rights.
 *
 * Every function works on whole pages of 4 KiB and uses the largest pages that fit. A range may
 * begin and end inside of larger pages: these are split. Addresses and sizes are multiples of
 * PAGE_SIZE, a range is not empty and lies in one half of the canonical addresses, and flags are
 * page_flags_valid; all else is -EINVAL with nothing done.
 *
 * TLB: an entry whose P was set is flushed with INVLPG when it changes; any other needs no flush,
 * since it is never cached (SDM vol. 3A §4.10.2.3), and gets none. When a function returns, no
 * processor uses a translation that it took away.
 *
 * A page that is mapped with PAGE_NONE has its place in the tables and is mapped for all functions
 * here, but not for the processor: P is clear, so that any access faults, and the rest of the entry
 * stays. Only an entry of 0 is absent, and so PAGE_NONE does not go with PAGE_X: of physical page 0
 * nothing would be left.
 *
 * Locking: none yet; lab 03 puts it behind these functions. Not to be called from an interrupt,
 * but from the page-fault handler. It may come wherever a stack grows, which therefore must not be
 * in the middle of one of these functions: page_map, page_unmap and page_protect begin with
 * stack_room (mm/stack_room.h), and who calls page_map_at does so before the walk.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "types.h"
#include "x86.h"

/* Rights and kind of a mapping. Reading is allowed but with PAGE_NONE. */
typedef uint64_t page_flags_t;
#define PAGE_NONE     PTE_P               /* no access at all (in an entry: P clear) */
#define PAGE_W        PTE_W               /* may be written */
#define PAGE_X        PTE_NX              /* may be executed (in an entry: NX clear) */
#define PAGE_USER     PTE_U               /* user mode may use it too */
#define PAGE_GLOBAL   PTE_G               /* stays in the TLB when CR3 is loaded */
#define PAGE_UNCACHED (PTE_PCD | PTE_PWT) /* devices */
#define PAGE_KEY(key) ((uint64_t)(key) << PTE_KEY_SHIFT) /* protection key 0 to 15 */
#define PAGE_KEYS     PAGE_KEY(15)
#define PAGE_FLAGS                                                                                 \
    (PAGE_NONE | PAGE_W | PAGE_X | PAGE_USER | PAGE_GLOBAL | PAGE_UNCACHED | PAGE_KEYS)

/* Whether these can be the flags of a page: known ones, and not PAGE_NONE with PAGE_X. */
static inline bool page_flags_valid(page_flags_t flags)
{
    return !(flags & ~PAGE_FLAGS) && (flags & (PAGE_NONE | PAGE_X)) != (PAGE_NONE | PAGE_X);
}

struct page_tables {
    paddr_t root;    /* of the PML4 */
    uint64_t frames; /* that the tables occupy, the PML4 among them */
};

/* What is mapped at an address. */
struct page_mapping {
    vaddr_t address; /* where the page starts */
    paddr_t target;  /* its physical address */
    uint64_t size;   /* 4 KiB, 2 MiB or 1 GiB */
    page_flags_t flags;
};

/* Leaves that were unmapped, so that their owner can give the frames away. */
#define PAGE_LIST_MAX 64
struct page_list {
    unsigned count;
    struct page_mapping pages[PAGE_LIST_MAX];
};

/* Empty tables. Returns 0, or -ENOMEM. */
int page_tables_create(struct page_tables *tables) __attribute__((warn_unused_result));

/*
 * Maps `size` bytes at `address` to physical `target`.
 * Returns 0, -EINVAL, -EEXIST (something is mapped in the range) or -ENOMEM (no frame for a table);
 * after an error nothing is mapped that was not before, and no table is left over.
 */
int page_map(struct page_tables *tables, vaddr_t address, paddr_t target, uint64_t size,
             page_flags_t flags) __attribute__((warn_unused_result));

/*
 * For those who walk themselves, and for nothing but whole pages of a known size: maps `count`
 * pages of `level` (mm/page_walk.h) side by side, from where the walk stands on. They lie in one
 * table of that level, and `target` is a multiple of their size. Afterwards the walk stands at the
 * first one.
 *
 * Returns 0, -EEXIST (the walk's entry is not absent) or -ENOMEM with nothing changed. Behind the
 * walk's entry nobody looks: the caller knows that nothing is mapped there.
 */
struct page_walk;
int page_map_at(struct page_tables *tables, struct page_walk *walk, paddr_t target, int level,
                uint64_t count, page_flags_t flags) __attribute__((warn_unused_result));

/*
 * Unmaps from `*address` up to `end`; what is absent in between stays so. Tables that become empty
 * are given back. With `removed`, the pages that were mapped are listed there (what it held before
 * is forgotten), and the call ends early when the list is full: `*address` is where to go on, and
 * `end` when all is done. The frames that were mapped stay their owner's.
 *
 * Returns 0, -EINVAL, or -ENOMEM: a large page at `*address` could not be split and is mapped as
 * before, perhaps in smaller pages; what lies before it is unmapped. After an error, too, `removed`
 * lists what was unmapped.
 */
int page_unmap(struct page_tables *tables, vaddr_t *address, vaddr_t end, struct page_list *removed)
    __attribute__((warn_unused_result));

/*
 * Gives all that is mapped in a range new flags; what is absent stays so, and so do the accessed and
 * dirty bits. A page that has these flags already is neither split nor flushed.
 * Returns 0, -EINVAL, or -ENOMEM: a large page could not be split; pages before it are changed.
 */
int page_protect(struct page_tables *tables, vaddr_t address, uint64_t size, page_flags_t flags)
    __attribute__((warn_unused_result));

/*
 * Whether something is mapped at an address, and what; if not, `*mapping` is left as it was.
 * `address` is canonical, of any alignment.
 */
bool page_lookup(const struct page_tables *tables, vaddr_t address, struct page_mapping *mapping);
