/* The clock: a counter and a timer, whose speeds a look at the PIT tells. */
#include "smp/clock.h"

#include <stdbool.h>
#include <stddef.h>

#include "exercise.h"
#include "kernel/boot.h"
#include "machine.h"
#include "smp/lapic.h"
#include "x86.h"

#define PIT_HZ        1193182u
#define PIT_CHANNEL0  0x40
#define PIT_COMMAND   0x43
#define PIT_LOAD      0x30 /* channel 0, its low byte and then its high byte; and the mode: */
#define PIT_ONCE      0    /* down to 0 */
#define PIT_AGAIN     4    /* down to 1, and from the start again */
#define PIT_READ_BACK 0xc2 /* the next reads of channel 0 give its status, low byte and high byte */
#define PIT_OUT       0x80 /* in its status: it has counted down to 0 */

#define MEASURE_TICKS (PIT_HZ * 3 / 2000) /* of the PIT: 1.5 ms; one tick more or less is 0.06 % */
#define TICK_COUNT    (PIT_HZ / 50000)    /* 20 µs */
#define LOOKS         3
#define LOOKS_MAX     20000u /* calls of look, at a PIT that stands still */

#define WAIT_MAX (60 * NANOS_PER_SECOND) /* more than 32 bits of any timer's ticks */

/* Fixed-point factors with 32 bits behind the point. */
static uint64_t nanos_per_tick; /* of the TSC */
static uint64_t timer_per_nano; /* ticks of the APIC timer */
static uint64_t clock_start;    /* the TSC at clock_init */

/* What the three counters say at one moment. */
struct look {
    uint64_t tsc;
    uint32_t timer; /* counts down */
    uint16_t pit;   /* so does this; at 0 it begins again at 65535, */
    bool over;      /* and is over */
};

/* value * factor, where the factor has 32 bits behind the point: the product has up to 128 bits. */
static uint64_t scale(uint64_t value, uint64_t factor)
{
    /* EXERCISE 3.2g (15 points): ticks to nanoseconds, and back. */
    return (unsigned __int128)value * factor >> 32;
    /* END EXERCISE 3.2g */
}

/* Lets channel 0 of the PIT count down from `count`; its interrupt is masked (smp/ioapic.c). */
static void pit_start(uint8_t mode, uint16_t count)
{
    out8(PIT_COMMAND, PIT_LOAD | mode);
    out8(PIT_CHANNEL0, count & 0xff);
    out8(PIT_CHANNEL0, count >> 8);
}

void clock_tick(bool on)
{
    pit_start(on ? PIT_AGAIN : PIT_ONCE, on ? TICK_COUNT : UINT16_MAX);
}

/*
 * Looks at all three counters, a few times, and takes the look that was the quickest: a host may let
 * the machine stand still in the middle of one. The PIT keeps its count for the reads behind it.
 */
static struct look look(void)
{
    struct look best = {0};
    uint64_t shortest = UINT64_MAX;

    for (int i = 0; i < LOOKS; i++) {
        struct look now;
        now.tsc = read_tsc();
        now.timer = lapic_timer_left();
        out8(PIT_COMMAND, PIT_READ_BACK);
        uint64_t took = read_tsc() - now.tsc;
        now.over = in8(PIT_CHANNEL0) & PIT_OUT;
        now.pit = in8(PIT_CHANNEL0);
        now.pit |= in8(PIT_CHANNEL0) << 8;
        if (took < shortest) {
            shortest = took;
            best = now;
        }
    }
    return best;
}

/*
 * Sets nanos_per_tick and timer_per_nano. For once the APIC timer counts down from UINT32_MAX, with
 * interrupts off, and is stopped afterwards; look() tells what it, the TSC and the PIT say.
 * MEASURE_TICKS of the PIT are enough, and 2 ms the limit. If it has run over by then, since the
 * host let this machine stand still, nothing is known, and all of it is done again, until it is
 * right. A PIT that has not counted on by MEASURE_TICKS after LOOKS_MAX looks never will: panic. One
 * that is not there reads as 65535 and as `over`: count looks before you believe that. Where
 * boot_info->tsc_khz is not 0, that is the TSC's speed.
 */
static void measure(void)
{
    /* EXERCISE 3.2h (15 points): how fast time goes. */
    struct look first, last;
    do {
        pit_start(PIT_ONCE, UINT16_MAX);
        lapic_timer_set(UINT32_MAX);
        first = last = look();
        for (uint32_t looks = 0; (uint16_t)(first.pit - last.pit) < MEASURE_TICKS; last = look())
            if (looks++ == LOOKS_MAX)
                panic("the PIT does not count: no clock to measure by");
        lapic_timer_set(0);
    } while (last.over);

    uint64_t nanos = (uint16_t)(first.pit - last.pit) * NANOS_PER_SECOND / PIT_HZ;
    if (boot_info->tsc_khz)
        nanos_per_tick = (1000000ul << 32) / boot_info->tsc_khz;
    else
        nanos_per_tick = (nanos << 32) / (last.tsc - first.tsc);
    timer_per_nano = ((uint64_t)(first.timer - last.timer) << 32) / nanos;
    /* END EXERCISE 3.2h */
}

void clock_init(void)
{
    measure();
    clock_start = read_tsc();
}

nanos_t clock_now(void)
{
    return scale(read_tsc() - clock_start, nanos_per_tick);
}

/*
 * As smp/clock.h says. In ticks, a deadline that has passed is 1, since 0 would stop the timer. One
 * that is farther than WAIT_MAX counts as that, and one of more than 32 bits of ticks as UINT32_MAX.
 */
void clock_interrupt_at(nanos_t deadline)
{
    /* EXERCISE 3.2i (15 points): one interrupt, later. */
    if (deadline == UINT64_MAX) {
        lapic_timer_set(0);
        return;
    }
    nanos_t now = clock_now(), wait = deadline > now ? deadline - now : 0;
    uint64_t ticks = scale(wait < WAIT_MAX ? wait : WAIT_MAX, timer_per_nano) + 1;
    lapic_timer_set(ticks < UINT32_MAX ? ticks : UINT32_MAX);
    /* END EXERCISE 3.2i */
}

void clock_delay(nanos_t time)
{
    nanos_t end = clock_now() + time;
    while (clock_now() < end)
        pause();
}
