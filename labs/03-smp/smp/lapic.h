/*
 * The local APIC of the processor that calls: interrupts between processors, and its timer.
 *
 * xAPIC registers are memory, x2APIC ones are MSRs; the mode is chosen once, by CPUID.
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
#define VECTOR_RELEASE    0x43 /* from the parking place (smp/cpu.h) */
#define VECTOR_SPURIOUS   0xff

/* Finds the registers (mapped once, for all CPUs) and chooses the mode. */
void lapic_init(paddr_t registers);

/* Takes the calling CPU's APIC into use: software enable, timer masked, spurious vector. */
void lapic_enable(void);

uint32_t lapic_id(void);

/* End of interrupt: due once for each interrupt but the spurious one (§10.8.5). */
void lapic_eoi(void);

/* Sends `vector` to one CPU, or to all but the caller. Returns when it is on its way. */
void lapic_send(uint32_t apic_id, uint8_t vector);
void lapic_send_others(uint8_t vector);

/* INIT, and a start-up at physical `page` * 4096 (§8.4.4.1). */
void lapic_send_init(uint32_t apic_id);
void lapic_send_startup(uint32_t apic_id, uint8_t page);

/* One interrupt (VECTOR_TIMER) after `ticks` of the timer, 1 to 2^32 - 1; 0 stops it. */
void lapic_timer_set(uint32_t ticks);
uint32_t lapic_timer_left(void);
