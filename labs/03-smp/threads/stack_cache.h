/*
 * Stacks for threads, and those of threads that have ended: each CPU keeps a few.
 *
 * To make a stack and to take it away is expensive: unmapping is told to all CPUs. Most threads
 * start where another one has ended, on its stack.
 *
 * Locking: a lock for each CPU's, which others hardly ever take.
 */
#pragma once

#include <stdint.h>

struct stack;

/*
 * A stack that may grow to `limit` bytes, with at least its first pages mapped: one that was kept, or
 * a new one. NULL where memory is short.
 */
struct stack *stack_cache_take(uint64_t limit) __attribute__((warn_unused_result));

/* Keeps a stack that nobody runs on, or destroys it. Interrupts may be off. */
void stack_cache_give(struct stack *stack);

/* Destroys all that are kept, by all CPUs. */
void stack_cache_trim(void);
