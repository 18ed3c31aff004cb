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

static struct stack stacks[STACKS_MAX]; /* stacks[n] is the one in slot n; top == 0: none */

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

struct stack *stack_create(const char *name, uint64_t size, uint64_t limit)
{
    for (unsigned slot = 0; slot < STACKS_MAX; slot++) {
        if (stacks[slot].top)
            continue;
        vaddr_t top = STACK_AREA + (slot + 1) * STACK_SLOT - PAGE_SIZE;
        if (map_stack(top, size))
            return NULL;
        stacks[slot] =
            (struct stack){.name = name, .limit = top - limit, .low = top - size, .top = top};
        return &stacks[slot];
    }
    return NULL;
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
