/*
 * Locks behind mm/: what lab 02 wrote for one processor, safe for many.
 *
 * The functions of lab 02 stay as they are. The linker turns calls of them from other files to
 * mm/locks.c (--wrap, LOCKED in stage.mk), which takes a lock, calls the function, and releases the
 * lock; calls inside of one file stay what they were, since there the lock is held already.
 *
 * Four locks, and where several are held they were taken in this order:
 *
 *   regions   region_… of all spaces, and their trees
 *   stacks    which slots are in use, and how far each stack has grown
 *   tables    page tables
 *   heap      slabs; taken with `regions` held (entries of the tree), too
 *   frames    the buddy lists
 *
 * The page-fault handler takes all of them but `heap`. It would wait for ever if the code that it
 * interrupted held one. So no such code may fault: what it touches is the kernel's image and the
 * direct map, which are always mapped, and its stack, which may have to grow. Therefore so much of
 * the stack as that code needs is touched first, before the lock is taken. If a fault comes with
 * a lock held nevertheless, something is broken: the handler tries nothing, and reports.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mm/slab.h"
#include "mm/stack_room.h"
#include "sync/spinlock.h"
#include "types.h"

/*
 * Bytes of stack below whoever takes a lock: what lab 02's function touches itself (stack_room),
 * and what those touch that it calls with the lock held, so that none of these touches is a fault.
 */
#define FRAMES_NEED (STACK_NEED + 512)
#define HEAP_NEED   (FRAMES_NEED + 1024)
#define TABLES_NEED (2 * STACK_NEED + 512)
#define GROW_NEED   (TABLES_NEED + 1024) /* regions and stacks, from the page-fault handler, too */
#define LIST_NEED   (TABLES_NEED + 2560) /* with a struct page_list among them */

/* spin_lock, once there are `need` bytes of stack below the caller. */
uint64_t memory_lock(struct spinlock *lock, uint64_t need);

/* Whether the calling CPU holds a lock that a page fault needs. Interrupts are off. */
bool memory_locked(void);

/* slab_alloc and slab_free behind the lock, for what no per-CPU cache has or takes. */
void *slab_alloc_locked(unsigned number) __attribute__((warn_unused_result));
void slab_free_locked(struct slab *slab, void *object);

/*
 * What the per-CPU caches (mm/caches.h) fill and empty themselves with, many under one lock.
 *
 * Takes up to `wanted` objects of a class, as slab_alloc does, linked by their `next` and marked
 * free; `*taken` says how many. NULL: there are none.
 */
struct slab_object *objects_take(unsigned number, uint32_t wanted, uint32_t *taken)
    __attribute__((warn_unused_result));

/* Gives such a list back to the slabs; NULL is an empty one. */
void objects_give(struct slab_object *first);

/* The same of single frames, by number, linked by their notes and FRAME_STOCKED; 0 is none. */
uint32_t frames_take(uint32_t wanted, uint32_t *taken) __attribute__((warn_unused_result));
void frames_give(uint32_t first);

struct page_tables;

struct page_range {
    vaddr_t start, end;
};

/* page_unmap of all pages in some ranges; the other CPUs are told of all of them together. */
void pages_unmap(struct page_tables *tables, const struct page_range *ranges, unsigned count);
