/* The first CPU that has a reason to end the machine tells the others to halt. */
#include "smp/stop.h"

#include <stdint.h>

#include "kernel/traps.h"
#include "smp/clock.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "smp/smp.h"
#include "x86.h"

#define STOP_TIMEOUT 10000000ul /* ns */

bool cpus_stopped;

static uint32_t stopper; /* its number, plus 1; 0: nobody yet */
static uint32_t running; /* others that have not halted yet */

static _Noreturn void stop_here(void)
{
    __atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
    for (;;) {
        interrupts_off();
        halt();
    }
}

static void on_stop(struct trap_frame *frame)
{
    lapic_eoi();
    stop_here();
}

/* Not by cpu_number: once smp_active is false again, that is 0 on all CPUs. */
static uint32_t own_number(void)
{
    const struct cpu *cpu = (const struct cpu *)read_msr(MSR_GS_BASE);

    return cpu ? cpu->number : 0;
}

/* Stops them; the calling CPU's number plus 1 is `me`. */
static void tell_others(uint32_t me)
{
    uint32_t others = 0;

    for (uint32_t i = 0; i < cpu_count; i++)
        others += cpus[i]->online && i + 1 != me;
    __atomic_fetch_add(&running, others, __ATOMIC_RELAXED); /* one may have come here by itself */
    trap_handle(VECTOR_STOP, on_stop);
    lapic_send_others(VECTOR_STOP);
    nanos_t end = clock_now() + STOP_TIMEOUT;
    while (__atomic_load_n(&running, __ATOMIC_ACQUIRE) > 0 && clock_now() < end)
        pause();
}

void cpus_stop_others(void)
{
    interrupts_off();
    uint32_t first = 0, me = own_number() + 1;
    bool is_first = __atomic_compare_exchange_n(&stopper, &first, me, false, __ATOMIC_ACQ_REL,
                                                __ATOMIC_ACQUIRE);

    if (is_first && smp_active)
        tell_others(me);
    else if (!is_first && first != me)
        stop_here();
    smp_active = false;
    cpus_stopped = true;
}
