/*
 * Wait until a word changes, and wake who waits: what every blocking primitive stands on.
 *
 * Source: Franke, Russell and Kirkwood, "Fuss, futexes and furwocks" (2002).
 */
#pragma once

#include <stdint.h>

#include "smp/clock.h"

/*
 * Waits for a futex_wake on `word`, unless `*word` is not `expected`.
 * Returns 0 after a wake-up, -EAGAIN where the word differed, -ETIMEDOUT at `deadline` (UINT64_MAX:
 * never).
 */
int futex_wait(uint32_t *word, uint32_t expected, nanos_t deadline);

/* Wakes up to `count` threads that wait on `word`, in the order they came; returns how many. */
uint32_t futex_wake(uint32_t *word, uint32_t count);
