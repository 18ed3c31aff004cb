/*
 * What each processor has for itself, found through its GS base.
 *
 * Source: Intel SDM vol. 3A §3.4.4 (segment bases in 64-bit mode), §7.7 (TSS).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "smp/acpi.h"
#include "smp/smp.h"
#include "threads/scheduler.h"
#include "types.h"
#include "x86.h"

struct stack;
struct thread;

#define CPU_STACK_SIZE 16384

struct cpu {
    struct cpu *self;      /* offset 0: what this_cpu reads */
    struct thread *thread; /* offset 8: the one that runs here */
    uint32_t number;       /* 0 to cpu_count - 1; 0 booted */
    uint32_t apic_id;
    volatile bool online; /* has come up: runs threads once smp_active */
    uint32_t preempt_off; /* how many callers want to stay on this CPU */

    struct run_queue queue;
    struct stack *stack; /* where it starts; then its idle thread's */

    uint64_t gdt[5];
    struct tss tss;
};

/* All of them, in the order of the MADT, but the one that booted first. Set by cpus_init. */
extern struct cpu *cpus[CPUS_MAX];
extern uint32_t cpu_count;

/*
 * The CPU that this runs on. A thread may be moved between the call and the use of its result:
 * callers have interrupts or preemption off, or do not care.
 */
static inline struct cpu *this_cpu(void)
{
    return (struct cpu *)read_gs(0);
}

/* The calling CPU's number; 0 as long as only one runs. */
static inline uint32_t cpu_number(void)
{
    return smp_active ? this_cpu()->number : 0;
}

/*
 * Reads ACPI, makes a struct cpu with its stacks for every processor, and takes CPU 0 into use:
 * own GDT, TSS, GS base, local APIC. Panics where memory is too short.
 */
void cpus_init(void);

/*
 * Starts all other CPUs side by side and waits for them, at most 100 ms in all; one that does not
 * come is reported on the console, and left out (`online` stays false). Those that come halt in
 * their parking place: they take no lock, use no memory but their stack, and answer no shootdown.
 */
void cpus_start(void);

/* Lets the other CPUs run threads, each from its idle thread on. Sets smp_active. */
void cpus_release(void);

/* Makes the processor that runs this `cpu`: GDT, task register, IDT, GS base, FPU. */
void cpu_load(struct cpu *cpu);
