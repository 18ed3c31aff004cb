/* Starting the other processors: a page below 1 MiB, two kinds of interrupts, and waiting. */
#include <stddef.h>
#include <string.h>

#include "exercise.h"
#include "kernel/boot.h"
#include "kernel/traps.h"
#include "kprintf.h"
#include "machine.h"
#include "mm/address_space.h"
#include "mm/direct.h"
#include "smp/clock.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "smp/smp.h"
#include "threads/fpu.h"
#include "threads/thread.h"
#include "x86.h"

/*
 * From INIT to start-up, and on to the second one. The example of SDM vol. 3A §8.4.4.1 waits 10 ms
 * first, for boards with an APIC in a chip of its own; processors of this century need nothing.
 */
#define INIT_DELAY    100000ul /* ns */
#define STARTUP_DELAY 200000ul /* ns */
#define REST          20000ul  /* ns */

/* trampoline.asm */
extern const char trampoline_page[], trampoline_start[], trampoline_data[], trampoline_end[];

/* The data at trampoline_data. */
struct trampoline {
    uint64_t tables;             /* for CR3 */
    struct cpu **cpus;           /* what there is */
    void (*entry)(struct cpu *); /* where it goes on */
    uint32_t count;              /* of cpus */
    uint32_t cr0, cr4;           /* what this CPU has */
} __attribute__((packed));

/*
 * Halts until the boot CPU has set up what all CPUs share. What that changed in the page tables
 * meanwhile, this one was not told (smp/shootdown.h): so everything is flushed.
 */
static void park(void)
{
    while (!__atomic_load_n(&smp_active, __ATOMIC_ACQUIRE)) {
        interrupts_on_and_halt();
        interrupts_off();
    }
    uint64_t cr4 = read_cr4();
    write_cr4(cr4 & ~CR4_PGE); /* drops global pages too (SDM vol. 3A §4.10.4.1) */
    write_cr4(cr4);
}

static void on_release(struct trap_frame *frame)
{
    lapic_eoi();
}

/* The first C code of another processor: takes its own data into use, and becomes its idle thread. */
static void cpu_main(struct cpu *cpu)
{
    cpu_load(cpu);
    fpu_enable();
    lapic_enable();
    cpu->started = true;
    park();
    thread_idle();
}

/* Whether the trampoline's page is memory that nobody uses. */
static bool page_is_free(paddr_t page)
{
    for (uint32_t i = 0; i < boot_info->region_count; i++) {
        const struct boot_region *region = &boot_info->regions[i];
        if (region->type == BOOT_FREE && region->base <= page &&
            region->base + region->size >= page + PAGE_SIZE)
            return true;
    }
    return false;
}

/*
 * Copies the trampoline to its page, and maps that where its physical address is: with paging on,
 * the processors go on at the next instruction. What they need stands at trampoline_data.
 * Returns false where that cannot be done.
 */
static bool trampoline_install(paddr_t page)
{
    const struct trampoline data = {
        .tables = kernel_tables.root,
        .cpus = cpus,
        .entry = cpu_main,
        .count = cpu_count,
        .cr0 = read_cr0(),
        .cr4 = read_cr4() & ~CR4_OSXSAVE, /* fpu_enable's */
    };

    if (!page_is_free(page) || page_map(&kernel_tables, page, page, PAGE_SIZE, PAGE_X))
        return false;
    memcpy(direct(page), trampoline_start, trampoline_end - trampoline_start);
    memcpy((char *)direct(page) + (trampoline_data - trampoline_start), &data, sizeof data);
    return true;
}

static void trampoline_remove(paddr_t page)
{
    vaddr_t from = page;

    if (page_unmap(&kernel_tables, &from, page + PAGE_SIZE, NULL))
        panic("the trampoline's page cannot be unmapped");
}

static void on_rest(struct trap_frame *frame)
{
    lapic_eoi();
}

/* Halts for REST, for want of anything to do: a host may need the time for the other CPUs. */
static void rest(void)
{
    clock_interrupt_at(clock_now() + REST);
    interrupts_on_and_halt();
    interrupts_off();
}

/*
 * Wakes the CPUs from 1 on, all of them together: INIT to each; after INIT_DELAY a start-up
 * interrupt for `page`, the trampoline's physical address; and a second one after STARTUP_DELAY to
 * those that have not `started` by then (§8.4.4.1). Returns when all have, or START_TIMEOUT after
 * that; whoever waits for them rests.
 */
static void wake_all(paddr_t page)
{
    /* EXERCISE 3.3d (15 points): INIT, start-up, start-up. */
    for (uint32_t i = 1; i < cpu_count; i++)
        lapic_send_init(cpus[i]->apic_id);
    clock_delay(INIT_DELAY);

    for (int attempt = 0; attempt < 2; attempt++) {
        for (uint32_t i = 1; i < cpu_count; i++)
            if (!cpus[i]->started)
                lapic_send_startup(cpus[i]->apic_id, page / PAGE_SIZE);
        nanos_t end = clock_now() + (attempt == 0 ? STARTUP_DELAY : START_TIMEOUT);
        for (uint32_t i = 1; i < cpu_count; i++)
            while (!cpus[i]->started && clock_now() < end)
                rest();
    }
    /* END EXERCISE 3.3d */
}

/* Who has come is online. Who has not gets one more INIT, so that it does not come late. */
static void count_arrivals(void)
{
    for (uint32_t i = 1; i < cpu_count; i++) {
        cpus[i]->online = cpus[i]->started;
        if (cpus[i]->online)
            continue;
        lapic_send_init(cpus[i]->apic_id);
        kprintf("smp: CPU %u (APIC id %u) does not come up\n", i, cpus[i]->apic_id);
    }
}

void cpus_start(void)
{
    const paddr_t page = (paddr_t)trampoline_page;

    if (cpu_count == 1)
        return;
    trap_handle(VECTOR_RELEASE, on_release);
    trap_handle(VECTOR_TIMER, on_rest); /* until the scheduler takes it */
    bool installed = trampoline_install(page);
    if (installed) {
        clock_tick(true);
        wake_all(page);
        clock_tick(false);
        clock_interrupt_at(UINT64_MAX);
    } else
        kprintf("smp: no memory at %#lx to start processors from\n", page);
    count_arrivals();
    if (installed)
        trampoline_remove(page); /* whoever is late runs there no more */
}

void cpus_release(void)
{
    uint32_t others = 0;

    for (uint32_t i = 1; i < cpu_count; i++)
        others += cpus[i]->online;
    if (others == 0)
        return;
    __atomic_store_n(&smp_active, true, __ATOMIC_RELEASE);
    lapic_send_others(VECTOR_RELEASE);
}
