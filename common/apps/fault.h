/* The assembly part of the application `fault` (fault_raise.asm). */
#pragma once

#include <stdint.h>

#include "x86.h"

#define FAULT_REGISTERS 15

/* In the order rax, rbx, rcx, rdx, rsi, rdi, rbp, r8 … r15. */
struct fault_registers {
    uint64_t value[FAULT_REGISTERS];
};

/* Loads the registers and jumps to `code`. The stack stays the caller's. */
_Noreturn void fault_raise(const struct fault_registers *registers, const char *code);

/* Code that is jumped to, never called as a function. */
extern const char raise_divide[], raise_debug[], raise_breakpoint[], raise_overflow[],
    raise_bound[], raise_invalid_opcode[], raise_no_fpu[], raise_load_segment[],
    raise_stack_segment[], raise_gate[], raise_page_read[], raise_page_write[], raise_page_fetch[],
    raise_x87[], raise_nothing[];

/* 256 times an INT instruction, RAISE_INT_SIZE bytes apart. */
extern const char raise_int[];
#define RAISE_INT_SIZE 4

void fault_set_task_switched(void); /* CR0.TS */
void fault_store_gdt(struct descriptor_table *table);
void fault_store_idt(struct descriptor_table *table);
