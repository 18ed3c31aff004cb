/* Processors, threads and time, from their set-up on. */
#pragma once

#include <stdbool.h>

/*
 * Whether more than one processor may run kernel code. While this is false, as it always is on a
 * machine of one, interrupts off are lock enough (sync/spinlock.h). It becomes true once, and then
 * nobody holds a lock.
 */
extern bool smp_active;

/* Sets up all of smp/, threads/ and sync/; other CPUs run when it returns. Called once, on the
 * application's stack, after mm_init. Interrupts are on afterwards. */
void smp_init(void);
