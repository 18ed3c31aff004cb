/* The assembly part of the application `resume` (resume_trap.asm). */
#pragma once

#include <stdint.h>

#define RESUME_REGISTERS    15
#define RESUME_FAULT_LENGTH 3 /* bytes of each instruction that faults */

/* In the order rax, rbx, rcx, rdx, rsi, rdi, rbp, r8 … r15. */
struct resume_registers {
    uint64_t value[RESUME_REGISTERS];
    uint64_t stack_moved; /* rsp after the trap minus rsp before */
};

/* Loads `before`, executes INT 0x42, and stores what the registers then hold in `after`. */
void resume_interrupt(const struct resume_registers *before, struct resume_registers *after);

/* Reads at `address`, which faults; returns how far the stack pointer moved in the trap. */
uint64_t resume_fault(uint64_t address);
uint64_t resume_invalid_opcode(void);
