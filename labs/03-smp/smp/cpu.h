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

#define CACHE_LINE     64
#define CPU_STACK_SIZE 16384

/* Each begins at a cache line, so that no two CPUs write to the same one. */
struct cpu {
    struct cpu *self;      /* offset 0: what this_cpu reads */
    struct thread *thread; /* offset 8: the one that runs here */
    uint32_t number;       /* 0 to cpu_count - 1; 0 booted */
    uint32_t apic_id;      /* offset 20 (trampoline.asm) */
    vaddr_t stack_top;     /* offset 24 (trampoline.asm): where it starts, the top of `stack` */
    volatile bool started; /* it has come up; set by itself */
    bool online;           /* it was waited for: runs threads once smp_active */
    uint32_t preempt_off;  /* how many callers want to stay on this CPU */

    struct run_queue queue;
    struct stack *stack; /* where it starts; then its idle thread's */

    uint64_t gdt[5]; /* null, SELECTOR_CODE, SELECTOR_DATA, SELECTOR_TSS (two entries) */
    struct tss tss;
} __attribute__((aligned(CACHE_LINE)));

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
 * Makes a struct cpu with its stacks for every processor of the platform that lapic_send reaches,
 * and takes CPU 0 into use. What has no place in cpus is left out, and the console says so. Panics
 * where memory is too short.
 */
void cpus_init(const struct acpi_platform *platform);

/*
 * Starts all other CPUs side by side and waits for them, at most START_TIMEOUT in all. One that
 * does not come is reported on the console and left out: `online` stays false. Those that come halt
 * in their parking place, with interrupts on: they take no lock, use no memory but their stack and
 * the kernel's data, and answer no shootdown.
 */
void cpus_start(void);
#define START_TIMEOUT 500000000ul /* ns; a busy host gives a CPU of a virtual machine little time */

/* Lets the CPUs that are online run threads, each from its idle thread on. Sets smp_active. */
void cpus_release(void);

/*
 * Makes the processor that runs this `cpu`: its GDT and its TSS, the IDT of all, and GS with which
 * this_cpu finds it. Interrupts are off.
 */
void cpu_load(struct cpu *cpu);

/* The TSS of the CPU that runs, from cpus_init on; NULL before. */
const struct tss *cpu_tss(void);
