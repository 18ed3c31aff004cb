/*
 * Wait until a word changes, and wake who waits: what every blocking primitive stands on.
 *
 * A word is any aligned uint32_t; its address is its name, and nothing needs to be set up or freed.
 * Whoever uses a word keeps its state there, changed by atomic operations, and comes here only to
 * wait, or when somebody may be waiting. As long as nobody has to wait, no function of this header
 * runs.
 *
 * A wait may end with 0 although nobody has meant it: futex_wake can come late, when its word has
 * been freed and become another's. So callers look at their word again, in a loop.
 *
 * Locking: each bucket has a spinlock. The run queues' locks are taken while it is held.
 *
 * Source: Franke, Russell and Kirkwood, "Fuss, futexes and furwocks: fast userlevel locking in
 * Linux" (Ottawa Linux Symposium, 2002); Drepper, "Futexes are tricky" (2011).
 */
#pragma once

#include <stdint.h>

#include "smp/clock.h"

/*
 * Waits for a futex_wake on `word`, unless `*word` is not `expected`. To look at the word and to
 * begin to wait is one step: a futex_wake that follows a change of the word is never missed.
 * Returns 0 after a wake-up, -EAGAIN where the word differed, -ETIMEDOUT at `deadline` of clock_now
 * (UINT64_MAX: never). A wait that futex_wake has counted never returns -ETIMEDOUT. Not for
 * interrupt handlers.
 */
int futex_wait(uint32_t *word, uint32_t expected, nanos_t deadline);

/*
 * Wakes up to `count` threads that wait on `word`, in the order they came; returns how many. The
 * word itself is not read, and need not be there any more. May be called from an interrupt.
 */
#define FUTEX_ALL UINT32_MAX
uint32_t futex_wake(uint32_t *word, uint32_t count);
