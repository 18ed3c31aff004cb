/*
 * Traps: what the processor does instead of the next instruction. Exceptions and interrupts, all
 * 256 vectors, arrive in one handler with one picture of the interrupted machine.
 *
 * Source: Intel SDM vol. 3A, chapter 6; §6.14 for 64-bit mode.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define VECTORS 256

/*
 * The interrupted machine as it lies on the trap stack, lowest address first. trap_entry.asm
 * pushes what stands above `rip`; the processor pushed the rest. A handler may change any of it:
 * the interrupted code goes on with what the frame then says.
 */
struct trap_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector;
    uint64_t error_code; /* 0 where the processor pushes none */
    uint64_t rip;
    uint64_t cs;
    uint64_t rflags;
    uint64_t rsp;
    uint64_t ss;
};

/* IST stacks (SDM vol. 3A §6.14.5), by the numbers that gates name them with. */
#define IST_INTERRUPT     1 /* vectors 32 to 255 */
#define IST_EXCEPTION     2 /* vectors 0 to 31, but for those that have their own: */
#define IST_DOUBLE_FAULT  3
#define IST_NMI           4
#define IST_MACHINE_CHECK 5
#define IST_STACKS        5
#define IST_STACK_SIZE    8192

typedef void trap_handler(struct trap_frame *frame);

/* Sets up the kernel's GDT and TSS, the IST stacks and the IDT. Called once, interrupts off. */
void traps_init(void);

/* Loads the IDT on the CPU that calls; all CPUs share it. */
void traps_load(void);

/*
 * Lets `handler` take the traps of one vector; NULL gives them back to the fault report. Handlers
 * run on an IST stack with interrupts off, and use no SSE; returning resumes what was interrupted.
 */
void trap_handle(unsigned vector, trap_handler *handler);

/* Gives an IST stack another place: `top` is its end, 16-byte aligned. Lab 02 guards them so. */
void trap_stack_set(unsigned ist, uint64_t top);

/* Where the processor begins an IST stack: its end, as the task-state segment has it now. */
uint64_t trap_stack(unsigned ist);

/* Whether the gate of a vector in the processor's IDT is still as traps_init made it. */
bool trap_gate_intact(unsigned vector);

/* Whether 16 bytes at `address` lie on one of the IST stacks that traps_init made. */
bool ist_stack_holds(uint64_t address);

/* Where every trap goes, from trap_entry.asm. */
void trap_dispatch(struct trap_frame *frame);
