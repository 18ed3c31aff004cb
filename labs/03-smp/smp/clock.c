/* The clock: a counter and a timer, whose speeds one look at the PIT tells. */
#include "smp/clock.h"

#include <stddef.h>

#include "exercise.h"
#include "kernel/boot.h"
#include "smp/lapic.h"
#include "x86.h"

#define PIT_HZ        1193182u
#define PIT_CHANNEL2  0x42
#define PIT_COMMAND   0x43
#define PIT_ONE_SHOT  0xb0 /* channel 2, low byte then high byte, mode 0, binary */
#define PORT_61       0x61
#define GATE2         0x01 /* lets channel 2 count */
#define SPEAKER       0x02
#define OUT2          0x20            /* channel 2 has counted down */
#define MEASURE_TICKS (PIT_HZ / 1000) /* 1 ms */

/* Fixed-point factors with 32 bits behind the point. */
static uint64_t nanos_per_tick; /* of the TSC */
static uint64_t timer_per_nano; /* ticks of the APIC timer */
static uint64_t start;          /* the TSC at clock_init */

static uint64_t scale(uint64_t value, uint64_t factor)
{
    return (unsigned __int128)value * factor >> 32;
}

/* Waits until channel 2 of the PIT has counted MEASURE_TICKS. */
static void pit_wait(void)
{
    out8(PORT_61, (in8(PORT_61) & ~SPEAKER) & ~GATE2);
    out8(PIT_COMMAND, PIT_ONE_SHOT);
    out8(PIT_CHANNEL2, MEASURE_TICKS & 0xff);
    out8(PIT_CHANNEL2, MEASURE_TICKS >> 8);
    out8(PORT_61, (in8(PORT_61) & ~SPEAKER) | GATE2);
    while (!(in8(PORT_61) & OUT2))
        pause();
}

void clock_init(void)
{
    /* EXERCISE 3.2c (15 points): how fast time goes. */
    lapic_timer_set(UINT32_MAX);
    uint64_t tsc = read_tsc();
    uint32_t timer = lapic_timer_left();

    pit_wait();

    uint64_t tsc_ticks = read_tsc() - tsc;
    uint64_t timer_ticks = timer - lapic_timer_left();
    lapic_timer_set(0);

    uint64_t nanos = (uint64_t)MEASURE_TICKS * NANOS_PER_SECOND / PIT_HZ;
    nanos_per_tick = (nanos << 32) / tsc_ticks;
    timer_per_nano = (timer_ticks << 32) / nanos;
    start = tsc;
    /* END EXERCISE 3.2c */
}

nanos_t clock_now(void)
{
    return scale(read_tsc() - start, nanos_per_tick);
}

void clock_interrupt_at(nanos_t deadline)
{
    /* EXERCISE 3.2d (15 points): one interrupt, later. */
    if (deadline == UINT64_MAX) {
        lapic_timer_set(0);
        return;
    }
    nanos_t now = clock_now();
    uint64_t ticks = deadline > now ? scale(deadline - now, timer_per_nano) + 1 : 1;
    lapic_timer_set(ticks < UINT32_MAX ? ticks : UINT32_MAX);
    /* END EXERCISE 3.2d */
}

void clock_delay(nanos_t time)
{
    nanos_t end = clock_now() + time;
    while (clock_now() < end)
        pause();
}
