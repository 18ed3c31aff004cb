/*
 * Local APIC, I/O APIC and clock at work. The grader calls these functions in a machine that has
 * just set them up; there are no threads yet, and interrupts are off.
 *
 *   apic_model      shows the clock and the TSC for a while
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "kernel/traps.h"
#include "smp/clock.h"
#include "smp/device_map.h"
#include "smp/ioapic.h"
#include "smp/lapic.h"
#include "x86.h"

#define VECTOR_MODEL 0x61

/* The grader reads these. */
uint64_t model_count; /* interrupts that came */
uint64_t model_at;    /* the clock when the first one did */

/* Memory in the place of a local APIC's registers, for the grader to play one. */
uint32_t model_registers[1024] __attribute__((aligned(4096)));

void model_poke(unsigned offset, uint32_t value);
uint64_t model_rate(uint64_t ticks);
uint64_t model_ipis(uint32_t count);
uint64_t model_timer(nanos_t time, nanos_t then);
uint64_t model_timer_at(nanos_t deadline, nanos_t give_up);
uint64_t model_ticks(uint8_t vector, nanos_t time);

static void on_interrupt(struct trap_frame *frame)
{
    if (model_count++ == 0)
        model_at = clock_now();
    lapic_eoi();
}

static void prepare(uint8_t vector)
{
    model_count = model_at = 0;
    trap_handle(vector, on_interrupt);
}

/* Lets interrupts come for a while. */
static void open_for(nanos_t time)
{
    interrupts_on();
    clock_delay(time);
    interrupts_off();
}

/* Writes a register of the local APIC that lies where all PCs have it. */
void model_poke(unsigned offset, uint32_t value)
{
    volatile uint32_t *registers = device_map(0xfee00000, 4096, PAGE_W | PAGE_UNCACHED);
    if (registers)
        registers[offset / 4] = value;
}

/* How many nanoseconds the clock counts while the TSC counts so many ticks. */
uint64_t model_rate(uint64_t ticks)
{
    uint64_t end = read_tsc() + ticks;
    nanos_t before = clock_now();

    while (read_tsc() < end)
        ;
    return clock_now() - before;
}

/* Sends interrupts to itself, one after the other: how many came. */
uint64_t model_ipis(uint32_t count)
{
    prepare(VECTOR_MODEL);
    for (uint32_t i = 0; i < count; i++) {
        lapic_send(lapic_id(), VECTOR_MODEL);
        open_for(1000);
    }
    return model_count;
}

/* The timer `time` from now; if `then` is not 0, set once more to `then` from now. Waits halted. */
uint64_t model_timer(nanos_t time, nanos_t then)
{
    prepare(VECTOR_TIMER);
    nanos_t now = clock_now();
    clock_interrupt_at(now + time);
    if (then)
        clock_interrupt_at(now + then);
    while (model_count == 0) {
        interrupts_on_and_halt();
        interrupts_off();
    }
    open_for(3 * (time < 1000000 ? time : 1000000)); /* it comes once */
    return model_at - now;
}

/* The timer at a deadline, and no more waiting than `give_up`: when it came, or 0. */
uint64_t model_timer_at(nanos_t deadline, nanos_t give_up)
{
    prepare(VECTOR_TIMER);
    nanos_t now = clock_now();
    clock_interrupt_at(deadline);
    open_for(give_up);
    return model_count ? model_at - now : 0;
}

/* How often the PIT's tick comes as `vector` in a while. */
uint64_t model_ticks(uint8_t vector, nanos_t time)
{
    prepare(vector);
    clock_tick(true);
    open_for(time);
    clock_tick(false);
    return model_count;
}

int main(int argc, char **argv)
{
    for (int i = 0; i < 5; i++) {
        printf("%lu ns, TSC %lu\n", clock_now(), read_tsc());
        clock_delay(100000000);
    }
    return 0;
}
