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

static uint32_t stopper; /* its number, plus 1 */
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

void cpus_stop_others(void)
{
    uint32_t nobody = 0, me = cpu_number() + 1;

    interrupts_off();
    if (smp_active) {
        if (!__atomic_compare_exchange_n(&stopper, &nobody, me, false, __ATOMIC_ACQ_REL,
                                         __ATOMIC_RELAXED))
            stop_here();
        for (uint32_t i = 0; i < cpu_count; i++)
            running += cpus[i]->online && i + 1 != me;
        trap_handle(VECTOR_STOP, on_stop);
        lapic_send_others(VECTOR_STOP);
        nanos_t end = clock_now() + STOP_TIMEOUT;
        while (__atomic_load_n(&running, __ATOMIC_ACQUIRE) > 0 && clock_now() < end)
            pause();
        smp_active = false;
    }
    cpus_stopped = true;
}
