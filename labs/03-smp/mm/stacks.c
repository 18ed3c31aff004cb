/* Guarded stacks, each at the end of a slot of its own. */
#include "mm/stacks.h"

#include <errno.h>
#include <stddef.h>

#include "exercise.h"
#include "kernel/traps.h"
#include "machine.h"
#include "mm/address_space.h"
#include "mm/frames.h"
#include "mm/layout.h"
#include "mm/locks.h"

static struct stack stacks[STACKS_MAX]; /* stacks[n] is the one in slot n; top == 0: none */
static unsigned slots_begun;            /* slots from here on have never been taken */
static struct stack *free_slots;        /* the others that are free, linked by `next` */

struct stack *thread_stack;
static const struct stack *ist_stacks[IST_STACKS];

struct stack *stack_at(vaddr_t address)
{
    uint64_t slot = (address - STACK_AREA) / STACK_SLOT;

    if (address < STACK_AREA || slot >= STACKS_MAX || !stacks[slot].top)
        return NULL;
    return &stacks[slot];
}

bool stack_holds(vaddr_t address, uint64_t size)
{
    const struct stack *stack = stack_at(address);

    return stack && address >= stack->low && address <= stack->top && size <= stack->top - address;
}

/* Unmaps pages that were mapped one by one, and gives their frames back. */
static void unmap_stack(vaddr_t from, vaddr_t end)
{
    while (from < end) {
        struct page_list removed;
        if (page_unmap(&kernel_tables, &from, end, &removed))
            panic("a stack's page at %#lx cannot be unmapped", from);
        for (unsigned i = 0; i < removed.count; i++)
            frame_free(removed.pages[i].target, 0);
    }
}

/*
 * Maps `size` bytes below `top`, page by page, each to a frame of its own, with PAGE_W and
 * PAGE_GLOBAL; nothing above, nothing below. Returns 0, or -ENOMEM with nothing left mapped and no frame lost.
 */
static int map_stack(vaddr_t top, uint64_t size)
{
    /* EXERCISE 2.3d (15 points): a stack between two guard pages. */
    for (vaddr_t page = top - size; page < top; page += PAGE_SIZE) {
        paddr_t frame = frame_alloc(0);
        int error = frame ? page_map(&kernel_tables, page, frame, PAGE_SIZE, PAGE_W | PAGE_GLOBAL)
                          : -ENOMEM;
        if (error) {
            if (frame)
                frame_free(frame, 0);
            unmap_stack(top - size, page);
            return error;
        }
    }
    return 0;
    /* END EXERCISE 2.3d */
}

/*
 * Takes a slot that no stack is in, in a few steps, however many are taken: one that was given back
 * (free_slots), or else the first that has never been taken (slots_begun). NULL: all STACKS_MAX are
 * taken. What the slot holds is up to the caller.
 */
static struct stack *slot_take(void)
{
    /* EXERCISE 3.5a (15 points): a slot for a stack. */
    /* HANDOUT: for (unsigned slot = 0; slot < STACKS_MAX; slot++) */
    /* HANDOUT:     if (!stacks[slot].top) */
    /* HANDOUT:         return &stacks[slot]; // as in lab 02: looks at all that are taken */
    /* HANDOUT: return NULL; */
    struct stack *slot = free_slots;

    if (slot)
        free_slots = slot->next;
    else if (slots_begun < STACKS_MAX)
        slot = &stacks[slots_begun++];
    return slot;
    /* END EXERCISE 3.5a */
}

/* Gives a slot back, empty (top == 0). */
static void slot_give(struct stack *slot)
{
    /* EXERCISE 3.5b (15 points): a slot comes back. */
    /* HANDOUT: *slot = (struct stack){0}; */
    *slot = (struct stack){.next = free_slots};
    free_slots = slot;
    /* END EXERCISE 3.5b */
}

struct stack *stack_create(const char *name, uint64_t size, uint64_t limit)
{
    struct stack *stack = slot_take();
    if (!stack)
        return NULL;
    vaddr_t top = STACK_AREA + (stack - stacks + 1) * STACK_SLOT - PAGE_SIZE;
    if (map_stack(top, size)) {
        slot_give(stack);
        return NULL;
    }
    *stack = (struct stack){.name = name, .limit = top - limit, .low = top - size, .top = top};
    return stack;
}

void stack_destroy(struct stack *stack)
{
    unmap_stack(stack->low, stack->top);
    slot_give(stack);
}

void stacks_destroy(struct stack *list, unsigned count)
{
    struct page_range ranges[STACKS_BATCH];
    paddr_t frames[STACKS_BATCH * STACKS_BATCH_PAGES];
    unsigned frame_count = 0;
    struct stack *stack = list;

    for (unsigned i = 0; i < count; i++, stack = stack->next) {
        ranges[i] = (struct page_range){stack->low, stack->top};
        for (vaddr_t page = stack->low; page < stack->top; page += PAGE_SIZE) {
            struct page_mapping mapping;
            if (!page_lookup(&kernel_tables, page, &mapping))
                panic("a stack's page at %#lx is not mapped", page);
            frames[frame_count++] = mapping.target;
        }
    }
    pages_unmap(&kernel_tables, ranges, count);
    while (frame_count > 0)
        frame_free(frames[--frame_count], 0);
    for (struct stack *next; count > 0; count--, list = next) {
        next = list->next;
        slot_give(list);
    }
}

int stack_grow(struct stack *stack, vaddr_t address)
{
    /* EXERCISE 2.5e (15 points): a stack grows. */
    vaddr_t page = address & -(vaddr_t)PAGE_SIZE;

    if (address < stack->limit || address >= stack->low)
        return -EFAULT;
    int error = map_stack(stack->low, stack->low - page);
    if (!error)
        stack->low = page;
    return error;
    /* END EXERCISE 2.5e */
}

struct stack *stack_overrun(vaddr_t rbp, vaddr_t rsp, vaddr_t address)
{
    struct stack *stack = stack_at(rbp);

    if (!stack || stack_at(address) == stack || rsp >= stack->limit || address >= stack->limit ||
        stack->limit - rsp > 1ul << 30)
        return NULL;
    return address + 8 >= rsp ? stack : NULL;
}

static struct stack *stack_needed(const char *name, uint64_t size, uint64_t limit)
{
    struct stack *stack = stack_create(name, size, limit);
    if (!stack)
        panic("no memory for %s", name);
    return stack;
}

void stacks_init(void)
{
    static const char *const names[IST_STACKS] = {
        [IST_INTERRUPT - 1] = "the interrupt stack",
        [IST_EXCEPTION - 1] = "the exception stack",
        [IST_DOUBLE_FAULT - 1] = "the double-fault stack",
        [IST_NMI - 1] = "the NMI stack",
        [IST_MACHINE_CHECK - 1] = "the machine-check stack",
    };
    thread_stack = stack_needed("thread 0's stack", THREAD_STACK_SIZE, STACK_MAX);
    for (unsigned ist = 1; ist <= IST_STACKS; ist++) {
        ist_stacks[ist - 1] = stack_needed(names[ist - 1], IST_STACK_SIZE, IST_STACK_SIZE);
        trap_stack_set(ist, ist_stacks[ist - 1]->top);
    }
}

const struct stack *ist_stack(unsigned ist)
{
    return ist_stacks[ist - 1];
}
