/* The processor's tables for traps (GDT, TSS, IDT), and who takes which vector. */
#include "kernel/traps.h"

#include <stddef.h>

#include "exercise.h"
#include "x86.h"

#include "kernel/fault_report.h"
#include "smp/cpu.h"

extern char trap_stubs[]; /* trap_entry.asm: VECTORS stubs of STUB_SIZE bytes */
#define STUB_SIZE 16

static uint64_t gdt[5]; /* null, SELECTOR_CODE, SELECTOR_DATA, SELECTOR_TSS (two entries) */
static struct tss tss;
static struct idt_gate idt[VECTORS] __attribute__((aligned(16)));
static char ist_stacks[IST_STACKS][IST_STACK_SIZE] __attribute__((aligned(16)));
static trap_handler *handlers[VECTORS];

/*
 * Fills the TSS, so that IST stack n is ist_stacks[n - 1] (stacks grow down: the processor wants
 * the end), and no I/O permission map; fills the GDT, loads it, and loads the task register. The
 * segment registers keep their values, which mean the same in this GDT as in the loader's.
 * A TSS descriptor is 16 bytes long (SDM vol. 3A §7.2.3, figure 7-4): limit in bits 0-15, base in
 * bits 16-39 and 56-95, the type byte in bits 40-47.
 */
static void gdt_init(void)
{
    /* EXERCISE 1.6c (20 points): the task-state segment and the descriptor table. */
    for (int i = 0; i < IST_STACKS; i++)
        tss.ist[i] = (uint64_t)ist_stacks[i] + IST_STACK_SIZE;
    tss.io_map_base = sizeof tss;

    uint64_t base = (uint64_t)&tss;
    gdt[SELECTOR_CODE / 8] = GDT_CODE64;
    gdt[SELECTOR_DATA / 8] = GDT_DATA;
    gdt[SELECTOR_TSS / 8] =
        (sizeof tss - 1) | (base & 0xffffff) << 16 | GDT_TSS64 << 40 | (base >> 24 & 0xff) << 56;
    gdt[SELECTOR_TSS / 8 + 1] = base >> 32;

    const struct descriptor_table table = {sizeof gdt - 1, (uint64_t)gdt};
    load_gdt(&table);
    load_tr(SELECTOR_TSS);
    /* END EXERCISE 1.6c */
}

/* The IST stack for a vector: never 0, since later labs interrupt code that uses a red zone. */
static unsigned ist_of(unsigned vector)
{
    switch (vector) {
    case VECTOR_DF:
        return IST_DOUBLE_FAULT;
    case VECTOR_NMI:
        return IST_NMI;
    case VECTOR_MC:
        return IST_MACHINE_CHECK;
    default:
        return vector < 32 ? IST_EXCEPTION : IST_INTERRUPT;
    }
}

/* Fills all gates, with their stubs, SELECTOR_CODE, ist_of and GATE_INTERRUPT; loads the IDT. */
static void idt_init(void)
{
    /* EXERCISE 1.6d (20 points): the interrupt descriptor table. */
    for (unsigned vector = 0; vector < VECTORS; vector++) {
        uint64_t stub = (uint64_t)trap_stubs + vector * STUB_SIZE;
        idt[vector] = (struct idt_gate){
            .offset_low = stub & 0xffff,
            .selector = SELECTOR_CODE,
            .ist = ist_of(vector),
            .type = GATE_INTERRUPT,
            .offset_middle = stub >> 16 & 0xffff,
            .offset_high = stub >> 32,
        };
    }

    const struct descriptor_table table = {sizeof idt - 1, (uint64_t)idt};
    load_idt(&table);
    /* END EXERCISE 1.6d */
}

bool ist_stack_holds(uint64_t address)
{
    uint64_t base = (uint64_t)ist_stacks;
    return address >= base && address - base <= sizeof ist_stacks - 16;
}

void trap_stack_set(unsigned ist, uint64_t top)
{
    tss.ist[ist - 1] = top;
}

uint64_t trap_stack(unsigned ist)
{
    const struct tss *own = cpu_tss();

    return (own ? own : &tss)->ist[ist - 1];
}

bool trap_gate_intact(unsigned vector)
{
    const struct descriptor_table table = store_idt();
    const struct idt_gate *gate = (const struct idt_gate *)table.base + vector;
    uint64_t stub =
        gate->offset_low | (uint32_t)gate->offset_middle << 16 | (uint64_t)gate->offset_high << 32;

    return table.limit >= (vector + 1) * sizeof *gate - 1 && gate->type == GATE_INTERRUPT &&
           gate->selector == SELECTOR_CODE && gate->ist == ist_of(vector) &&
           stub == (uint64_t)trap_stubs + vector * STUB_SIZE;
}

void traps_load(void)
{
    const struct descriptor_table table = {sizeof idt - 1, (uint64_t)idt};
    load_idt(&table);
}

void traps_init(void)
{
    gdt_init();
    idt_init();
}

void trap_handle(unsigned vector, trap_handler *handler)
{
    handlers[vector] = handler;
}

void trap_dispatch(struct trap_frame *frame)
{
    trap_handler *handler = handlers[frame->vector];

    if (handler)
        handler(frame);
    else
        fault_report(frame);
}
