/*
 * Time: nanoseconds since boot, and one interrupt at a time to come.
 *
 * The clock is the time-stamp counter, and the interrupt the local APIC's timer. How fast they
 * count, nobody knows for sure; so both are measured against the PIT, whose speed is the same in
 * all PCs. Where whoever booted us says the TSC's speed (boot_info), that counts.
 *
 * Source: Intel SDM vol. 3B §17.17 (TSC), vol. 3A §10.5.4 (APIC timer); Intel 8254 data sheet.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t nanos_t;

#define NANOS_PER_SECOND 1000000000ul

/* Measures the speed of TSC and APIC timer; takes at most 2 ms. Called once, interrupts off. */
void clock_init(void);

/* Nanoseconds since clock_init; never goes back on one CPU. May be called from anywhere. */
nanos_t clock_now(void);

/*
 * Makes the calling CPU's timer interrupt it once (VECTOR_TIMER), at `deadline` or right after it
 * if that has passed; UINT64_MAX: never. Replaces what was set before. May come early, by a little
 * or where the timer cannot count that far (4 s at 1 GHz): the handler looks at the clock, and sets
 * it anew. Interrupts are off.
 */
void clock_interrupt_at(nanos_t deadline);

/*
 * Lets the PIT tick every 20 µs, which nobody hears. QEMU with -icount, where time is counted in
 * instructions, charges a processor that INIT reaches with all the time up to the next event that
 * some timer has in store: 100 ms where there is none.
 */
void clock_tick(bool on);

/* Spins. For the few waits of boot that hardware wants. */
void clock_delay(nanos_t time);
