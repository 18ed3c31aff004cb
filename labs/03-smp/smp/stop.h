/*
 * Before a machine ends it falls silent: one processor has the last word.
 */
#pragma once

#include <stdbool.h>

/*
 * Whether cpus_stop_others has been called. From then on spinlocks are not waited for, and nothing
 * is said about how they are used: a report must come whatever the machine was at.
 */
extern bool cpus_stopped;

/*
 * Stops all other CPUs for good, but waits for none longer than 10 ms: one with interrupts off may
 * go on until it waits for a lock. Returns on the first CPU that calls, always; any other that
 * calls, however late, is stopped there. Interrupts are off afterwards. (machine.h has it, too.)
 */
void cpus_stop_others(void);
