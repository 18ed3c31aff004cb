/* Processors: what each has for itself, and how it takes that into use. */
#include "smp/cpu.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "exercise.h"
#include "kernel/boot.h"
#include "kernel/traps.h"
#include "kprintf.h"
#include "machine.h"
#include "mm/stacks.h"
#include "smp/ioapic.h"
#include "smp/lapic.h"
#include "threads/fpu.h"

struct cpu *cpus[CPUS_MAX];
uint32_t cpu_count;

static struct cpu *cpu_create(uint32_t number, uint32_t apic_id)
{
    struct cpu *cpu = calloc(1, sizeof *cpu);
    if (!cpu)
        panic("no memory for CPU %u", number);
    cpu->self = cpu;
    cpu->number = number;
    cpu->apic_id = apic_id;
    cpu->stack = stack_create("a processor's idle stack", CPU_STACK_SIZE, CPU_STACK_SIZE);
    if (!cpu->stack)
        panic("no memory for the stack of CPU %u", number);
    for (unsigned ist = 1; ist <= IST_STACKS; ist++) {
        struct stack *stack = stack_create("an interrupt stack", IST_STACK_SIZE, IST_STACK_SIZE);
        if (!stack)
            panic("no memory for the stacks of CPU %u", number);
        cpu->tss.ist[ist - 1] = stack->top;
    }
    return cpu;
}

void cpu_load(struct cpu *cpu)
{
    /* EXERCISE 3.3a (15 points): tables of its own. */
    uint64_t base = (uint64_t)&cpu->tss;

    cpu->tss.io_map_base = sizeof cpu->tss;
    cpu->gdt[SELECTOR_CODE / 8] = GDT_CODE64;
    cpu->gdt[SELECTOR_DATA / 8] = GDT_DATA;
    cpu->gdt[SELECTOR_TSS / 8] = (sizeof cpu->tss - 1) | (base & 0xffffff) << 16 | GDT_TSS64 << 40 |
                                 (base >> 24 & 0xff) << 56;
    cpu->gdt[SELECTOR_TSS / 8 + 1] = base >> 32;

    const struct descriptor_table table = {sizeof cpu->gdt - 1, (uint64_t)cpu->gdt};
    load_gdt(&table);
    load_tr(SELECTOR_TSS);
    traps_load();
    write_msr(MSR_GS_BASE, (uint64_t)cpu);
    fpu_enable();
    /* END EXERCISE 3.3a */
}

void cpus_init(void)
{
    struct acpi_platform platform;
    int error = acpi_read(boot_info->rsdp, &platform);

    if (error)
        kprintf("acpi: error %d: going on with one CPU\n", error);
    lapic_init(platform.local_apic);

    uint32_t boot_id = cpuid(1, 0).ebx >> 24;
    cpus[0] = cpu_create(0, boot_id);
    cpu_count = 1;
    for (uint32_t i = 0; i < platform.cpu_count; i++)
        if (platform.apic_ids[i] != boot_id) {
            cpus[cpu_count] = cpu_create(cpu_count, platform.apic_ids[i]);
            cpu_count++;
        }
    cpu_load(cpus[0]);
    lapic_enable();
    ioapic_init(&platform);
    cpus[0]->online = true;
}
