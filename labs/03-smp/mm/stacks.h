/*
 * Guarded stacks: below and above each one is a page that is never mapped.
 *
 * STACK_AREA is cut into slots of STACK_SLOT bytes. A stack lies at the end of its slot, below the
 * slot's last page; so an address tells which stack it belongs to, whether it is mapped or not.
 *
 *   slot: | guard | not mapped: room to grow | mapped ... top | guard |
 *                   limit                      low        top
 *
 * Stacks come and go: a slot is found and given back in a few steps, however many there are.
 *
 * Locking: mm/locks.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "types.h"

#define STACK_SLOT (1ul << 20)
#define STACK_MAX  (STACK_SLOT - 2 * PAGE_SIZE) /* the largest stack that a slot has room for */
#define STACKS_MAX 16384

#define THREAD_STACK_SIZE (64 * 1024) /* of thread 0 at its start */

struct stack {
    const char *name;      /* as a fault report says it: "thread 0's stack" */
    vaddr_t limit;         /* the lowest address that it may grow to */
    vaddr_t low;           /* the lowest address that is mapped; contents below are lost */
    vaddr_t top;           /* one past the highest: where a stack pointer starts, 16-byte aligned */
    struct stack *next;    /* in a list of free slots, or of the owner's */
    struct thread *thread; /* whose stack it is, or NULL (threads/thread.h) */
};

/*
 * Makes a stack of `size` bytes that may grow to `limit` bytes (both whole pages, size <= limit <=
 * STACK_MAX): takes frames and maps them, writable and not executable. `name` is kept, not copied.
 *
 * Returns the stack, or NULL: no slot or no memory is left, and nothing has changed.
 */
struct stack *stack_create(const char *name, uint64_t size, uint64_t limit)
    __attribute__((warn_unused_result));

/* The stack whose slot, guard pages included, holds `address`; or NULL. */
struct stack *stack_at(vaddr_t address);

/* Whether `size` bytes at `address` lie in the mapped part of some stack. */
bool stack_holds(vaddr_t address, uint64_t size);

/*
 * Maps the pages from the one that holds `address` up to stack->low, which is lowered to it: so a
 * stack grows on first touch, and has no holes. The new contents are undefined.
 *
 * Returns 0; -EFAULT: the address is not one that the stack may grow to (below its limit: the
 * guard; from low up: it is mapped); or -ENOMEM. After an error nothing has changed.
 */
int stack_grow(struct stack *stack, vaddr_t address) __attribute__((warn_unused_result));

/*
 * The stack that a function has left with a frame too large for it, or NULL. The function, whose
 * registers are given, touches `address` in its own frame: between rsp (a push: 8 bytes below) and
 * rbp. Its frame began on a stack, and rsp and the address lie below all that is this stack's, but
 * not by more than 1 GiB.
 */
struct stack *stack_overrun(vaddr_t rbp, vaddr_t rsp, vaddr_t address);

/* Gives the traps guarded IST stacks in place of those in the image, and makes thread 0's stack. */
void stacks_init(void);

/* The stack that was made for the traps of an IST number, 1 to IST_STACKS. */
const struct stack *ist_stack(unsigned ist);

/* Thread 0's: the one that the application's main runs on. */
extern struct stack *thread_stack;

/* Leaves the stack that it is called on for good, and calls `function` on a fresh one. */
_Noreturn void stack_enter(vaddr_t top, void function(void)); /* stack_enter.asm */

/* Unmaps a stack of stack_create and gives its frames and its slot back. Nobody runs on it. */
void stack_destroy(struct stack *stack);

#define STACKS_BATCH       16
#define STACKS_BATCH_PAGES 4

/*
 * stack_destroy for up to STACKS_BATCH stacks, linked by `next`, each of at most STACKS_BATCH_PAGES
 * mapped pages: the other CPUs are told only once.
 */
void stacks_destroy(struct stack *list, unsigned count);
