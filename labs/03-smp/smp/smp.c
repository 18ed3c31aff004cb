/* Processors, threads and time are set up one after the other, with one CPU at work until all is there. */
#include "smp/smp.h"

#include "smp/clock.h"
#include "smp/cpu.h"
#include "smp/shootdown.h"
#include "threads/thread.h"
#include "x86.h"

bool smp_active;

void smp_init(void)
{
    cpus_init();
    clock_init();
    cpus_start();
    threads_init();
    shootdown_init();
    cpus_release();
    interrupts_on();
}
