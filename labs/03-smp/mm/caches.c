/* Per-CPU caches: lists that no other CPU touches, filled and emptied in batches. */
#include "mm/caches.h"

#include <stddef.h>
#include <stdlib.h>

#include "exercise.h"
#include "kernel/traps.h"
#include "machine.h"
#include "mm/direct.h"
#include "mm/frames.h"
#include "mm/locks.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "smp/smp.h"
#include "threads/scheduler.h"
#include "x86.h"

#define STOCK_BYTES 16384 /* of a class, roughly */
#define STOCK_LEAST 4     /* objects */
#define STOCK_MOST  64

struct stock {
    struct slab_object *first;
    uint32_t count;
    uint32_t limit;   /* with more than so many, half of them go back */
    uint64_t inverse; /* 2^32 / (size / 16), rounded up: divides without a division */
};

struct cache {
    struct stock objects[SIZE_CLASSES];
    uint32_t frames; /* the first one's number, or 0 */
    uint32_t frame_count;
} __attribute__((aligned(64)));

/* What the linker turns calls to (mm/locks.h). */
void *__wrap_slab_alloc(unsigned number);
void __wrap_slab_free(struct slab *slab, void *address);

static struct cache *caches[CPUS_MAX];
static uint64_t drain_asked; /* bit n: CPU n has still to drain its stock */

/* -- staying on a CPU -------------------------------------------------------------------------- */

static inline struct cpu *stay(void)
{
    gs_add(offsetof(struct cpu, preempt_off), 1);
    return this_cpu();
}

/* A slice that was over meanwhile ends now. */
static __attribute__((noinline)) void give_way(void)
{
    uint64_t flags = interrupts_save();

    if ((flags & RFLAGS_IF) && this_cpu()->preempt_off == 0)
        schedule();
    interrupts_restore(flags);
}

static inline void leave(struct cpu *cpu)
{
    __atomic_signal_fence(__ATOMIC_RELEASE); /* an interrupt finds the stock whole, */
    cpu->preempt_off--;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* and what it wants is seen after that */
    if (cpu->queue.preempt_wanted) /* of the CPU where this was: a look for nothing does no harm */
        give_way();
}

/* -- objects ----------------------------------------------------------------------------------- */

/*
 * Contract: caches.h. Preemption is off. objects_take (mm/locks.h) fills an empty stock with half
 * of its limit. The mark of a used object is 0.
 */
static void *take_object(struct stock *stock, unsigned number)
{
    /* EXERCISE 3.8e (10 points): an object from this CPU's stock. */
    /* HANDOUT: return NULL; */
    if (!stock->first)
        stock->first = objects_take(number, stock->limit / 2, &stock->count);
    struct slab_object *object = stock->first;
    if (object) {
        stock->first = object->next;
        stock->count--;
        object->mark = 0;
    }
    return object;
    /* END EXERCISE 3.8e */
}

/*
 * Contract: caches.h. Preemption is off; the object is one that is used. What came last is warm, and
 * stays; objects_give (mm/locks.h) takes a list.
 */
static bool give_object(struct stock *stock, struct slab_object *object)
{
    /* EXERCISE 3.8f (10 points): an object into this CPU's stock. */
    /* HANDOUT: return false; */
    object->next = stock->first;
    object->mark = SLAB_FREE;
    stock->first = object;
    if (++stock->count > stock->limit) {
        stock->count = stock->limit / 2;
        struct slab_object *last = object;
        for (uint32_t i = 1; i < stock->count; i++)
            last = last->next;
        objects_give(last->next);
        last->next = NULL;
    }
    return true;
    /* END EXERCISE 3.8f */
}

void *__wrap_slab_alloc(unsigned number)
{
    void *object = NULL;

    if (smp_active) {
        struct cpu *cpu = stay();
        object = take_object(&caches[cpu->number]->objects[number], number);
        leave(cpu);
    }
    return object ? object : slab_alloc_locked(number);
}

/* Whether an address lies in a slab, by its frame's note: then it can be read. */
static bool in_slab(const void *address)
{
    uint64_t number = direct_address(address) / PAGE_SIZE;

    return number < frame_table_count && note_is_slab(frame_table[number].note);
}

void stock_check_object(const struct slab *slab, const void *address, const char *caller)
{
    const struct slab_object *object = address;

    if (object->mark != SLAB_FREE) /* a program may store the same number */
        return;
    /* Other CPUs change their stocks meanwhile: so this is no more than a look, and a careful one. */
    for (uint32_t i = 0; i < cpu_count; i++) {
        const struct slab_object *at = caches[i]->objects[slab->cache - slab_caches].first;
        for (uint32_t steps = 0; in_slab(at) && steps <= STOCK_MOST; steps++, at = at->next)
            if (at == object)
                panic("%s: %p is free already", caller, address);
    }
}

void __wrap_slab_free(struct slab *slab, void *address)
{
    struct slab_object *object = address;
    bool given = false;

    if (smp_active) {
        struct cpu *cpu = stay();
        struct stock *stock = &caches[cpu->number]->objects[slab->cache - slab_caches];
        uint32_t from_end = (uintptr_t)slab + slab_bytes(slab->order) - (uintptr_t)object;
        uint32_t index = from_end / SIZE_CLASS_STEP * stock->inverse >> 32;
        if (index * slab->size == from_end && index <= slab->objects) {
            if (object->mark == SLAB_FREE)
                stock_check_object(slab, object, "free");
            else /* with the mark it may be free in the slab, which will look */
                given = give_object(stock, object);
        }
        leave(cpu);
    }
    if (!given)
        slab_free_locked(slab, address);
}

/* -- frames ------------------------------------------------------------------------------------ */

/*
 * What a stack needs below the two that follow, for frames_take and frames_give, too. It is touched
 * before: a page fault in the middle would come here again, for a frame, and find half of a list.
 */
#define FRAME_NEED (FRAMES_NEED + 512)

/*
 * Contract: caches.h. Interrupts are off, and no page fault comes. frames_take (mm/locks.h) gets half
 * of STOCK_FRAMES.
 */
static paddr_t take_frame(struct cache *cache)
{
    /* EXERCISE 3.8g (10 points): a frame from this CPU's stock. */
    /* HANDOUT: return 0; */
    if (!cache->frames)
        cache->frames = frames_take(STOCK_FRAMES / 2, &cache->frame_count);
    uint32_t number = cache->frames;
    if (number) {
        struct frame *frame = &frame_table[number];
        cache->frames = frame->note;
        cache->frame_count--;
        frame->note = 0;
        frame->unused = 0;
    }
    return (paddr_t)number * PAGE_SIZE;
    /* END EXERCISE 3.8g */
}

/*
 * Contract: caches.h. Interrupts are off, and no page fault comes. With more than STOCK_FRAMES,
 * frames_give takes half.
 */
static bool give_frame(struct cache *cache, uint32_t number)
{
    /* EXERCISE 3.8h (10 points): a frame into this CPU's stock. */
    /* HANDOUT: return false; */
    frame_table[number].note = cache->frames;
    frame_table[number].unused = FRAME_STOCKED;
    cache->frames = number;
    if (++cache->frame_count > STOCK_FRAMES) {
        cache->frame_count = STOCK_FRAMES / 2;
        uint32_t last = number;
        for (uint32_t i = 1; i < cache->frame_count; i++)
            last = frame_table[last].note;
        uint32_t rest = frame_table[last].note;
        frame_table[last].note = 0;
        frames_give(rest);
    }
    return true;
    /* END EXERCISE 3.8h */
}

paddr_t stock_take_frame(void)
{
    stack_room(FRAME_NEED);
    uint64_t flags = interrupts_save();
    paddr_t frame = take_frame(caches[this_cpu()->number]);

    interrupts_restore(flags);
    return frame;
}

bool stock_give_frame(paddr_t address)
{
    uint64_t number = address / PAGE_SIZE;
    bool given = false;

    if (address % PAGE_SIZE != 0 || number >= frame_table_count ||
        frame_table[number].state != FRAME_USED || frame_table[number].order != 0)
        return false;
    stack_room(FRAME_NEED);
    uint64_t flags = interrupts_save();
    if (frame_table[number].unused == FRAME_STOCKED)
        panic("frame_free: %#lx is free already", address);
    given = give_frame(caches[this_cpu()->number], number);
    interrupts_restore(flags);
    return given;
}

/* -- all of it --------------------------------------------------------------------------------- */

/*
 * Interrupts are off, and nobody on this CPU is in the middle of the functions above. A list is given
 * back when it is in no stock any more: a page fault could take of it meanwhile.
 */
static void drain_own(void)
{
    struct cache *cache = caches[this_cpu()->number];

    for (unsigned number = 0; number < SIZE_CLASSES; number++) {
        struct stock *stock = &cache->objects[number];
        objects_give(stock->first);
        stock->first = NULL;
        stock->count = 0;
    }
    uint32_t frames = cache->frames;
    cache->frames = 0;
    cache->frame_count = 0;
    frames_give(frames);
}

static void on_drain(struct trap_frame *frame)
{
    lapic_eoi();
    if (this_cpu()->preempt_off == 0)
        drain_own();
    __atomic_fetch_and(&drain_asked, ~(1ul << cpu_number()), __ATOMIC_RELEASE);
}

void caches_drain(void)
{
    stack_room(FRAME_NEED);
    uint64_t flags = interrupts_save();
    uint64_t others = 0;

    drain_own();
    if (flags & RFLAGS_IF) {
        for (uint32_t i = 0; i < cpu_count; i++)
            if (cpus[i]->online && i != cpu_number())
                others |= 1ul << i;
        __atomic_fetch_or(&drain_asked, others, __ATOMIC_RELEASE);
        lapic_send_others(VECTOR_DRAIN);
    }
    interrupts_restore(flags);
    while (__atomic_load_n(&drain_asked, __ATOMIC_ACQUIRE) & others)
        pause();
}

void caches_init(void)
{
    if (cpu_count == 1)
        return;
    for (uint32_t i = 0; i < cpu_count; i++) {
        caches[i] = aligned_alloc(_Alignof(struct cache), sizeof(struct cache));
        if (!caches[i])
            panic("no memory for the caches of CPU %u", i);
        *caches[i] = (struct cache){0};
        for (unsigned number = 0; number < SIZE_CLASSES; number++) {
            struct stock *stock = &caches[i]->objects[number];
            size_t size = size_class_bytes(number);
            stock->limit = STOCK_BYTES / size;
            if (stock->limit < STOCK_LEAST)
                stock->limit = STOCK_LEAST;
            if (stock->limit > STOCK_MOST)
                stock->limit = STOCK_MOST;
            stock->inverse = (1ul << 32) / (size / SIZE_CLASS_STEP) + 1;
        }
    }
    trap_handle(VECTOR_DRAIN, on_drain);
}
