/* Locks behind mm/: a function each, which locks, calls, and unlocks. */
#include "mm/locks.h"

#include <stddef.h>

#include "machine.h"
#include "mm/caches.h"
#include "mm/direct.h"
#include "mm/flush.h"
#include "mm/frames.h"
#include "mm/page_tables.h"
#include "mm/page_walk.h"
#include "mm/regions.h"
#include "mm/stacks.h"
#include "smp/smp.h"
#include "sync/spinlock.h"

static struct spinlock regions_lock = SPINLOCK("regions");
static struct spinlock stacks_lock = SPINLOCK("stacks");
static struct spinlock tables_lock = SPINLOCK("tables");
static struct spinlock heap_lock = SPINLOCK("heap");
static struct spinlock frames_lock = SPINLOCK("frames");

uint64_t memory_lock(struct spinlock *lock, uint64_t need)
{
    const volatile char *below = (const char *)__builtin_frame_address(0) - need;

    (void)*below; /* a page fault now is none later */
    return spin_lock(lock);
}

bool memory_locked(void)
{
    return spin_held(&regions_lock) || spin_held(&stacks_lock) || spin_held(&tables_lock) ||
           spin_held(&frames_lock);
}

/*
 * REAL(type, name, (parameters)) declares what the linker makes of a function's name: __real_… is
 * the function itself, and calls of it from other files go to __wrap_….
 */
#define REAL(type, name, parameters)                                                               \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;

/* A function whose calls are locked, with so much need of stack, and what is to be done at last. */
#define LOCKED(spinlock, need, last, type, name, parameters, arguments)                            \
    REAL(type, name, parameters)                                                                   \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        uint64_t rflags = memory_lock(&spinlock, need);                                            \
        type result = __real_##name arguments;                                                     \
        last;                                                                                      \
        spin_unlock(&spinlock, rflags);                                                            \
        return result;                                                                             \
    }

/* The same for a function that returns nothing. */
#define LOCKED_VOID(spinlock, need, name, parameters, arguments)                                   \
    REAL(void, name, parameters)                                                                   \
    void __wrap_##name parameters                                                                  \
    {                                                                                              \
        uint64_t rflags = memory_lock(&spinlock, need);                                            \
        __real_##name arguments;                                                                   \
        spin_unlock(&spinlock, rflags);                                                            \
    }

#define NOTHING ((void)0)

/* ---- frames --------------------------------------------------------------------------------- */

REAL(paddr_t, frame_alloc, (unsigned order))
REAL(void, frame_free, (paddr_t address, unsigned order))

paddr_t __wrap_frame_alloc(unsigned order)
{
    if (smp_active && order == 0) {
        paddr_t frame = stock_take_frame();
        if (frame)
            return frame;
    }
    uint64_t flags = memory_lock(&frames_lock, FRAMES_NEED);
    paddr_t frame = __real_frame_alloc(order);
    spin_unlock(&frames_lock, flags);
    return frame;
}

void __wrap_frame_free(paddr_t address, unsigned order)
{
    if (smp_active && order == 0 && stock_give_frame(address))
        return;
    uint64_t flags = memory_lock(&frames_lock, FRAMES_NEED);
    __real_frame_free(address, order);
    spin_unlock(&frames_lock, flags);
}

uint32_t frames_take(uint32_t wanted, uint32_t *taken)
{
    uint32_t first = 0;
    uint64_t flags = memory_lock(&frames_lock, FRAMES_NEED);

    for (*taken = 0; *taken < wanted; ++*taken) {
        uint32_t number = __real_frame_alloc(0) / PAGE_SIZE;
        if (!number)
            break;
        frame_table[number].note = first;
        frame_table[number].unused = FRAME_STOCKED;
        first = number;
    }
    spin_unlock(&frames_lock, flags);
    return first;
}

void frames_give(uint32_t first)
{
    uint64_t flags = memory_lock(&frames_lock, FRAMES_NEED);

    for (uint32_t next; first; first = next) {
        next = frame_table[first].note;
        __real_frame_free((paddr_t)first * PAGE_SIZE, 0);
    }
    spin_unlock(&frames_lock, flags);
}

LOCKED(frames_lock, FRAMES_NEED, NOTHING, paddr_t, frames_alloc_run, (uint64_t count), (count))
LOCKED_VOID(frames_lock, FRAMES_NEED, frames_shrink_run,
            (paddr_t address, uint64_t count, uint64_t kept), (address, count, kept))
LOCKED_VOID(frames_lock, FRAMES_NEED, frames_free_run, (paddr_t address, uint64_t count),
            (address, count))
LOCKED_VOID(frames_lock, FRAMES_NEED, frames_split, (paddr_t address, unsigned order),
            (address, order))

/* ---- page tables; what they flush on this CPU, the others flush before the lock is released -- */

LOCKED(tables_lock, TABLES_NEED, flush_finish(), int, page_map,
       (struct page_tables * tables, vaddr_t address, paddr_t target, uint64_t size,
        page_flags_t flags),
       (tables, address, target, size, flags))
LOCKED(tables_lock, TABLES_NEED, flush_finish(), int, page_map_at,
       (struct page_tables * tables, struct page_walk *walk, paddr_t target, int level,
        uint64_t count, page_flags_t flags),
       (tables, walk, target, level, count, flags))
LOCKED(tables_lock, TABLES_NEED, flush_finish(), int, page_unmap,
       (struct page_tables * tables, vaddr_t *address, vaddr_t end, struct page_list *removed),
       (tables, address, end, removed))
LOCKED(tables_lock, TABLES_NEED, flush_finish(), int, page_protect,
       (struct page_tables * tables, vaddr_t address, uint64_t size, page_flags_t flags),
       (tables, address, size, flags))
LOCKED(tables_lock, TABLES_NEED, NOTHING, bool, page_lookup,
       (const struct page_tables *tables, vaddr_t address, struct page_mapping *mapping),
       (tables, address, mapping))

void pages_unmap(struct page_tables *tables, const struct page_range *ranges, unsigned count)
{
    uint64_t flags = memory_lock(&tables_lock, TABLES_NEED);

    for (unsigned i = 0; i < count; i++)
        for (vaddr_t at = ranges[i].start; at < ranges[i].end;)
            if (__real_page_unmap(tables, &at, ranges[i].end, NULL))
                panic("the page at %#lx cannot be unmapped", at);
    flush_finish();
    spin_unlock(&tables_lock, flags);
}

/* From page_tables.c the lock is held already; regions.c splits pages by itself. */
REAL(int, page_walk_down, (struct page_walk * walk, uint64_t *tables))
int __wrap_page_walk_down(struct page_walk *walk, uint64_t *tables)
{
    uint64_t outer = interrupts_save();
    bool held = spin_held(&tables_lock);
    uint64_t flags = held ? 0 : memory_lock(&tables_lock, TABLES_NEED);
    int error = __real_page_walk_down(walk, tables);

    if (!held)
        spin_unlock(&tables_lock, flags);
    interrupts_restore(outer);
    return error;
}

/* ---- stacks and regions --------------------------------------------------------------------- */

LOCKED(stacks_lock, LIST_NEED, NOTHING, struct stack *, stack_create,
       (const char *name, uint64_t size, uint64_t limit), (name, size, limit))
LOCKED(stacks_lock, GROW_NEED, NOTHING, int, stack_grow, (struct stack * stack, vaddr_t address),
       (stack, address))
LOCKED_VOID(stacks_lock, LIST_NEED, stack_destroy, (struct stack * stack), (stack))
LOCKED_VOID(stacks_lock, LIST_NEED, stacks_destroy, (struct stack * list, unsigned count),
            (list, count))

LOCKED(regions_lock, LIST_NEED, NOTHING, int, region_reserve,
       (struct region_space * space, vaddr_t *address, uint64_t size, page_flags_t flags,
        uint32_t kind, enum region_place place),
       (space, address, size, flags, kind, place))
LOCKED(regions_lock, LIST_NEED, NOTHING, int, region_release,
       (struct region_space * space, vaddr_t address, uint64_t size), (space, address, size))
LOCKED(regions_lock, LIST_NEED, NOTHING, int, region_protect,
       (struct region_space * space, vaddr_t address, uint64_t size, page_flags_t flags),
       (space, address, size, flags))
LOCKED(regions_lock, GROW_NEED, NOTHING, int, region_commit,
       (struct region_space * space, vaddr_t address, uint32_t error_code),
       (space, address, error_code))

/* ---- the heap ------------------------------------------------------------------------------- */

REAL(void *, slab_alloc, (unsigned number))
REAL(void, slab_free, (struct slab * slab, void *object))
REAL(uint64_t, slab_trim, (void))

void *slab_alloc_locked(unsigned number)
{
    uint64_t flags = memory_lock(&heap_lock, HEAP_NEED);
    void *object = __real_slab_alloc(number);

    spin_unlock(&heap_lock, flags);
    return object;
}

void slab_free_locked(struct slab *slab, void *object)
{
    uint64_t flags = memory_lock(&heap_lock, HEAP_NEED);

    __real_slab_free(slab, object);
    spin_unlock(&heap_lock, flags);
}

struct slab_object *objects_take(unsigned number, uint32_t wanted, uint32_t *taken)
{
    struct slab_object *first = NULL;
    uint64_t flags = memory_lock(&heap_lock, HEAP_NEED);

    for (*taken = 0; *taken < wanted; ++*taken) {
        struct slab_object *object = __real_slab_alloc(number);
        if (!object)
            break;
        *object = (struct slab_object){.next = first, .mark = SLAB_FREE};
        first = object;
    }
    spin_unlock(&heap_lock, flags);
    return first;
}

void objects_give(struct slab_object *first)
{
    if (!first)
        return;
    uint64_t flags = memory_lock(&heap_lock, HEAP_NEED);
    for (struct slab_object *next; first; first = next) {
        next = first->next;
        first->mark = 0; /* for slab_free it is in use */
        __real_slab_free(slab_at(first, *frame_note(direct_address(first))), first);
    }
    spin_unlock(&heap_lock, flags);
}

REAL(void, slab_check, (const struct slab *slab, const void *object, const char *caller))
void __wrap_slab_check(const struct slab *slab, const void *object, const char *caller)
{
    if (smp_active)
        stock_check_object(slab, object, caller);
    uint64_t flags = memory_lock(&heap_lock, HEAP_NEED);
    __real_slab_check(slab, object, caller);
    spin_unlock(&heap_lock, flags);
}

uint64_t __wrap_slab_trim(void)
{
    if (smp_active)
        caches_drain();
    uint64_t flags = memory_lock(&heap_lock, HEAP_NEED);
    uint64_t frames = __real_slab_trim();
    spin_unlock(&heap_lock, flags);
    return frames;
}
