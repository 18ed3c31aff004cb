/* Locks behind mm/: a function each, which locks, calls, and unlocks. */
#include "mm/locks.h"

#include <stddef.h>
#include <stdint.h>

#include "mm/frames.h"
#include "mm/page_tables.h"
#include "mm/page_walk.h"
#include "mm/regions.h"
#include "mm/slab.h"
#include "mm/stacks.h"
#include "smp/shootdown.h"
#include "sync/spinlock.h"

#define STACK_NEED 2048 /* bytes of stack below the locked function: small frames, a few deep */
#define LIST_NEED  6144 /* where a struct page_list is among them */

static struct spinlock regions_lock, stacks_lock, tables_lock, heap_lock, frames_lock;

/* Locks, once there are `need` bytes of stack: a page fault now is none later. */
static uint64_t lock(struct spinlock *spinlock, uint64_t need)
{
    const volatile char *below = (const char *)__builtin_frame_address(0) - need;

    (void)*below;
    return spin_lock(spinlock);
}

bool memory_locked(void)
{
    return spin_held(&regions_lock) || spin_held(&stacks_lock) || spin_held(&tables_lock) ||
           spin_held(&frames_lock);
}

/*
 * LOCKED(lock, need, type, name, (parameters), (arguments)): the function that calls of `name` are
 * turned to.
 */
#define LOCKED(spinlock, need, type, name, parameters, arguments)                                  \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        uint64_t rflags = lock(&spinlock, need);                                                   \
        type result = __real_##name arguments;                                                     \
        spin_unlock(&spinlock, rflags);                                                            \
        return result;                                                                             \
    }

/* The same for functions that return nothing. */
#define LOCKED_VOID(spinlock, need, name, parameters, arguments)                                   \
    void __real_##name parameters;                                                                 \
    void __wrap_##name parameters;                                                                 \
    void __wrap_##name parameters                                                                  \
    {                                                                                              \
        uint64_t rflags = lock(&spinlock, need);                                                   \
        __real_##name arguments;                                                                   \
        spin_unlock(&spinlock, rflags);                                                            \
    }

LOCKED(frames_lock, STACK_NEED, paddr_t, frame_alloc, (unsigned order), (order))
LOCKED_VOID(frames_lock, STACK_NEED, frame_free, (paddr_t address, unsigned order),
            (address, order))
LOCKED(frames_lock, STACK_NEED, paddr_t, frames_alloc_run, (uint64_t count), (count))
LOCKED_VOID(frames_lock, STACK_NEED, frames_shrink_run,
            (paddr_t address, uint64_t count, uint64_t kept), (address, count, kept))
LOCKED_VOID(frames_lock, STACK_NEED, frames_free_run, (paddr_t address, uint64_t count),
            (address, count))
LOCKED_VOID(frames_lock, STACK_NEED, frames_split, (paddr_t address, unsigned order),
            (address, order))

LOCKED(tables_lock, STACK_NEED, int, page_map,
       (struct page_tables * tables, vaddr_t address, paddr_t target, uint64_t size,
        page_flags_t flags),
       (tables, address, target, size, flags))
LOCKED(tables_lock, STACK_NEED, int, page_map_at,
       (struct page_tables * tables, struct page_walk *walk, paddr_t target, int level,
        uint64_t count, page_flags_t flags),
       (tables, walk, target, level, count, flags))
/* What a function of page_tables.c flushes, it flushes on one CPU: here the others follow. */
#define LOCKED_FLUSH(name, parameters, arguments)                                                  \
    int __real_##name parameters;                                                                  \
    int __wrap_##name parameters;                                                                  \
    int __wrap_##name parameters                                                                   \
    {                                                                                              \
        uint64_t rflags = lock(&tables_lock, STACK_NEED);                                          \
        int result = __real_##name arguments;                                                      \
        shootdown(NULL, SHOOTDOWN_PAGES + 1);                                                      \
        spin_unlock(&tables_lock, rflags);                                                         \
        return result;                                                                             \
    }

LOCKED_FLUSH(page_unmap,
             (struct page_tables * tables, vaddr_t *address, vaddr_t end,
              struct page_list *removed),
             (tables, address, end, removed))
LOCKED_FLUSH(page_protect,
             (struct page_tables * tables, vaddr_t address, uint64_t size, page_flags_t flags),
             (tables, address, size, flags))
LOCKED(tables_lock, STACK_NEED, bool, page_lookup,
       (const struct page_tables *tables, vaddr_t address, struct page_mapping *mapping),
       (tables, address, mapping))

/* From page_tables.c the lock is held already; regions.c splits pages by itself. */
int __real_page_walk_down(struct page_walk *walk, uint64_t *tables);
int __wrap_page_walk_down(struct page_walk *walk, uint64_t *tables);
int __wrap_page_walk_down(struct page_walk *walk, uint64_t *tables)
{
    uint64_t outer = interrupts_save();
    bool held = spin_held(&tables_lock);
    uint64_t rflags = held ? 0 : lock(&tables_lock, STACK_NEED);
    int error = __real_page_walk_down(walk, tables);

    if (!held)
        spin_unlock(&tables_lock, rflags);
    interrupts_restore(outer);
    return error;
}

LOCKED(stacks_lock, LIST_NEED, struct stack *, stack_create,
       (const char *name, uint64_t size, uint64_t limit), (name, size, limit))
LOCKED(stacks_lock, STACK_NEED, int, stack_grow, (struct stack * stack, vaddr_t address),
       (stack, address))
LOCKED_VOID(stacks_lock, LIST_NEED, stack_destroy, (struct stack * stack), (stack))
LOCKED(stacks_lock, LIST_NEED, unsigned, stacks_trim, (void), ())

LOCKED(regions_lock, LIST_NEED, int, region_reserve,
       (struct region_space * space, vaddr_t *address, uint64_t size, page_flags_t flags,
        uint32_t kind, enum region_place place),
       (space, address, size, flags, kind, place))
LOCKED(regions_lock, LIST_NEED, int, region_release,
       (struct region_space * space, vaddr_t address, uint64_t size), (space, address, size))
LOCKED(regions_lock, LIST_NEED, int, region_protect,
       (struct region_space * space, vaddr_t address, uint64_t size, page_flags_t flags),
       (space, address, size, flags))
LOCKED(regions_lock, STACK_NEED, int, region_commit,
       (struct region_space * space, vaddr_t address, uint32_t error_code),
       (space, address, error_code))

LOCKED(heap_lock, STACK_NEED, void *, slab_alloc, (unsigned number), (number))
LOCKED_VOID(heap_lock, STACK_NEED, slab_free, (struct slab * slab, void *object), (slab, object))
LOCKED_VOID(heap_lock, STACK_NEED, slab_check,
            (const struct slab *slab, const void *object, const char *caller),
            (slab, object, caller))
LOCKED(heap_lock, STACK_NEED, uint64_t, slab_trim, (void), ())
