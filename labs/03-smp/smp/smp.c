/* Processors, threads and time are set up in five steps. */
#include "smp/smp.h"

#include "smp/clock.h"
#include "smp/cpu.h"
#include "smp/shootdown.h"
#include "threads/thread.h"
#include "x86.h"

void smp_init(void)
{
    cpus_init();
    clock_init();
    threads_init();
    shootdown_init();
    interrupts_on();
    cpus_start();
}
