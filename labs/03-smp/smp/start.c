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
#include "mm/stacks.h"
#include "smp/clock.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "smp/smp.h"
#include "threads/thread.h"

#define START_PAGE    0x1000u     /* below 1 MiB: start-up interrupts can name no other */
#define START_TIMEOUT 100000000ul /* ns */

extern const char trampoline_start[], trampoline_data[], trampoline_end[];

struct trampoline {
    uint64_t tables;         /* for CR3 */
    const uint32_t *ids;     /* APIC ids, by CPU number */
    const vaddr_t *stacks;   /* stack tops, by CPU number */
    void (*entry)(uint32_t); /* where it goes on, with its number */
    uint32_t count;
};

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
static void cpu_main(uint32_t number)
{
    struct cpu *cpu = cpus[number];

    cpu_load(cpu);
    lapic_enable();
    cpu->online = true;
    park();
    thread_idle();
}

void cpus_release(void)
{
    uint32_t others = 0;

    for (uint32_t i = 1; i < cpu_count; i++)
        others += cpus[i]->online;
    if (others == 0)
        return;
    trap_handle(VECTOR_RELEASE, on_release);
    __atomic_store_n(&smp_active, true, __ATOMIC_RELEASE);
    lapic_send_others(VECTOR_RELEASE);
}

/* Whether frame 1 is memory that nobody uses; the frame allocator leaves it alone. */
static bool page_is_free(void)
{
    for (uint32_t i = 0; i < boot_info->region_count; i++) {
        const struct boot_region *region = &boot_info->regions[i];
        if (region->type == BOOT_FREE && region->base <= START_PAGE &&
            region->base + region->size >= START_PAGE + PAGE_SIZE)
            return true;
    }
    return false;
}

static void report_missing(void)
{
    for (uint32_t i = 1; i < cpu_count; i++)
        if (!cpus[i]->online)
            kprintf("smp: CPU %u (APIC id %u) does not come up\n", i, cpus[i]->apic_id);
}

void cpus_start(void)
{
    static uint32_t ids[CPUS_MAX];
    static vaddr_t stacks[CPUS_MAX];

    if (cpu_count == 1)
        return;
    for (uint32_t i = 1; i < cpu_count; i++) {
        ids[i] = cpus[i]->apic_id;
        stacks[i] = cpus[i]->stack->top;
    }
    ids[0] = UINT32_MAX; /* this one runs */

    const paddr_t page = START_PAGE;
    if (!page_is_free() || page_map(&kernel_tables, page, page, PAGE_SIZE, PAGE_W | PAGE_X))
        panic("no memory below 1 MiB to start processors from");

    /* EXERCISE 3.3c (15 points): INIT, start-up, and waiting for all of them together. */
    const struct trampoline data = {
        .tables = kernel_tables.root,
        .ids = ids,
        .stacks = stacks,
        .entry = cpu_main,
        .count = cpu_count,
    };
    memcpy(direct(page), trampoline_start, trampoline_end - trampoline_start);
    memcpy((char *)direct(page) + (trampoline_data - trampoline_start), &data, sizeof data);

    for (uint32_t i = 1; i < cpu_count; i++)
        lapic_send_init(cpus[i]->apic_id);
    clock_delay(10000);
    for (int attempt = 0; attempt < 2; attempt++) { /* §8.4.4.1: a second one, 200 µs later */
        for (uint32_t i = 1; i < cpu_count; i++)
            if (!cpus[i]->online)
                lapic_send_startup(cpus[i]->apic_id, page / PAGE_SIZE);
        nanos_t end = clock_now() + (attempt == 0 ? 200000 : START_TIMEOUT);
        for (uint32_t i = 1; i < cpu_count; i++)
            while (!cpus[i]->online && clock_now() < end)
                pause();
    }
    /* END EXERCISE 3.3c */
    report_missing();

    vaddr_t from = page;
    if (page_unmap(&kernel_tables, &from, page + PAGE_SIZE, NULL))
        panic("the trampoline's page cannot be unmapped");
}
