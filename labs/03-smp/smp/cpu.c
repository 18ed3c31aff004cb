/* Processors: what each has for itself, and how it takes that into use. */
#include "smp/cpu.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "exercise.h"
#include "kernel/traps.h"
#include "kprintf.h"
#include "machine.h"
#include "mm/stacks.h"
#include "smp/lapic.h"

struct cpu *cpus[CPUS_MAX];
uint32_t cpu_count;

/* trampoline.asm and thread_switch.asm know these. */
_Static_assert(offsetof(struct cpu, thread) == 8 && offsetof(struct cpu, apic_id) == 20 &&
                   offsetof(struct cpu, stack_top) == 24,
               "fields of struct cpu that assembly uses");

static struct stack *stack_for(uint32_t number, const char *name, uint64_t size)
{
    struct stack *stack = stack_create(name, size, size);
    if (!stack)
        panic("no memory for the stacks of CPU %u", number);
    return stack;
}

/* The next in cpus. CPU 0 keeps the IST stacks that it has. */
static void cpu_create(uint32_t apic_id)
{
    uint32_t number = cpu_count++;
    struct cpu *cpu = aligned_alloc(CACHE_LINE, sizeof *cpu);
    if (!cpu)
        panic("no memory for CPU %u", number);
    memset(cpu, 0, sizeof *cpu);
    cpu->self = cpu;
    cpu->number = number;
    cpu->apic_id = apic_id;
    cpu->stack = stack_for(number, "a processor's idle stack", CPU_STACK_SIZE);
    cpu->stack_top = cpu->stack->top;
    for (unsigned ist = 1; ist <= IST_STACKS; ist++)
        cpu->tss.ist[ist - 1] =
            number == 0 ? trap_stack(ist)
                        : stack_for(number, "another processor's IST stack", IST_STACK_SIZE)->top;
    cpus[number] = cpu;
}

/*
 * Fills the CPU's GDT as traps_init fills the first one (SDM vol. 3A §7.2.3: a TSS descriptor is 16
 * bytes long), now with the address of the CPU's own TSS, whose IST stacks are there already; loads
 * it, the task register and the IDT (traps_load); and sets the GS base to `cpu`.
 */
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
    /* END EXERCISE 3.3a */
}

const struct tss *cpu_tss(void)
{
    const struct cpu *cpu = (const struct cpu *)read_msr(MSR_GS_BASE);

    return cpu ? &cpu->tss : NULL;
}

void cpus_init(const struct acpi_platform *platform)
{
    uint32_t boot_id = lapic_id(), left_out = platform->cpus_ignored;

    cpu_create(boot_id);
    cpu_load(cpus[0]);
    cpus[0]->started = cpus[0]->online = true;
    for (uint32_t i = 0; i < platform->cpu_count; i++) {
        uint32_t id = platform->apic_ids[i];
        if (id == boot_id)
            continue;
        if (cpu_count < CPUS_MAX && id <= lapic_id_max())
            cpu_create(id);
        else
            left_out++;
    }
    if (left_out)
        kprintf("smp: %u CPUs are left out\n", left_out);
}
