/* What the timer's handler needs of waiting; the rest stands in threads/scheduler.h. */
#pragma once

#include "smp/clock.h"

struct cpu;

/*
 * Wakes all threads whose home this CPU is and whose time to wake is not after `now`; they have
 * timed out. Interrupts are off, no lock is held.
 */
void wake_sleepers(struct cpu *cpu, nanos_t now);
