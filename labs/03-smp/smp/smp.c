/* Set up one after the other, with one CPU at work until all is there. */
#include "smp/smp.h"

#include "kernel/boot.h"
#include "mm/caches.h"
#include "smp/acpi.h"
#include "smp/clock.h"
#include "smp/cpu.h"
#include "smp/ioapic.h"
#include "smp/lapic.h"
#include "smp/shootdown.h"
#include "threads/thread.h"
#include "x86.h"

bool smp_active;

void smp_init(void)
{
    struct acpi_platform platform;

    acpi_read(boot_info->rsdp, &platform); /* whatever it returns, this is a platform */
    ioapic_init(&platform); /* before lapic_init masks the way on which a PIC's interrupt waits */
    lapic_init(platform.local_apic);
    clock_init();
    cpus_init(&platform);
    cpus_start();
    threads_init();
    shootdown_init();
    caches_init();
    cpus_release();
    interrupts_on();
}
