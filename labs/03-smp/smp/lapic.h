/*
 * The local APIC of the processor that calls: interrupts between processors, and its timer.
 *
 * xAPIC registers are memory, x2APIC ones are MSRs; the mode is chosen once, by CPUID, for all.
 * Everything here may be called from an interrupt handler.
 *
 * Source: Intel SDM vol. 3A chapter 10; §10.12 for x2APIC.
 */
#pragma once

#include <stdint.h>

#include "types.h"

/* Vectors that local APICs raise. The lower four bits of the spurious one are set (§10.9). */
#define VECTOR_TIMER      0x40
#define VECTOR_RESCHEDULE 0x41
#define VECTOR_SHOOTDOWN  0x42
#define VECTOR_RELEASE    0x43 /* from the parking place (smp/start.c) */
#define VECTOR_STOP       0x44 /* smp/stop.h */
#define VECTOR_DRAIN      0x45 /* mm/caches.h */
#define VECTOR_SPURIOUS   0xff

#define XAPIC_ID_MAX 0xfeu /* 0xff is everybody */

/*
 * Finds the registers (mapped once, for all CPUs), chooses the mode, and takes the boot CPU's APIC
 * into use. Called once; `registers` is their physical address, for the mode that needs it.
 */
void lapic_init(paddr_t registers);

/*
 * Takes the calling CPU's APIC into use: x2APIC mode if that was chosen, every priority welcome,
 * timer, error and external interrupts masked (LINT1 is NMI), the spurious vector, software enable.
 */
void lapic_enable(void);

/* The calling CPU's APIC id, 0 to lapic_id_max(). */
uint32_t lapic_id(void);

/* The highest id that lapic_send reaches. */
uint32_t lapic_id_max(void);

/* End of interrupt: due once for each interrupt but the spurious one (§10.8.5). */
void lapic_eoi(void);

/*
 * Sends `vector` to one CPU, or to all but the caller. What the caller has written to memory
 * before, the receiver sees. Returns when it is on its way.
 */
void lapic_send(uint32_t apic_id, uint8_t vector);
void lapic_send_others(uint8_t vector);

/* INIT, and a start-up at physical `page` * 4096 (§8.4.4.1). */
void lapic_send_init(uint32_t apic_id);
void lapic_send_startup(uint32_t apic_id, uint8_t page);

/* One interrupt (VECTOR_TIMER) after `ticks` of the timer, 1 to 2^32 - 1; 0 stops it. */
void lapic_timer_set(uint32_t ticks);

/* How many ticks are left of it. */
uint32_t lapic_timer_left(void);
