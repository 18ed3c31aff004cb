/*
 * Time: nanoseconds since boot, and one interrupt at a time to come.
 *
 * The clock is the time-stamp counter. Its speed is what whoever booted us says (boot_info), or is
 * measured against the PIT, whose speed is known to all PCs.
 *
 * Source: Intel SDM vol. 3B §17.17 (TSC); Intel 8254 data sheet; ICH9 data sheet §13.7.1 (port 61h).
 */
#pragma once

#include <stdint.h>

typedef uint64_t nanos_t;

#define NANOS_PER_SECOND 1000000000ul

/* Measures the speed of TSC and APIC timer; takes at most 2 ms. Called once, interrupts off. */
void clock_init(void);

/* Nanoseconds since clock_init; never goes back on one CPU. May be called from anywhere. */
nanos_t clock_now(void);

/*
 * Makes the calling CPU's timer interrupt it once, at `deadline` or right after it if that has
 * passed; UINT64_MAX: never. Replaces what was set before. May come a little early where the timer
 * cannot count that far: then the handler sets it anew.
 */
void clock_interrupt_at(nanos_t deadline);

/* Spins. For the few waits of boot that hardware wants. */
void clock_delay(nanos_t time);
