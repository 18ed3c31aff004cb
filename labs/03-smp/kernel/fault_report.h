/* The last words of a machine that took a trap nobody handles. */
#pragma once

#include "kernel/traps.h"

/*
 * Reports the trap on the console and ends the machine as a panic does (the report line on the
 * debug console is `pagurus: panic NAME VECTOR at ADDRESS`). The text, line by line, with all
 * numbers as 0x and 16 digits where not said otherwise:
 *
 *   fault: page fault (#PF), vector 14                    a vector without a name is, below 32,
 *                                                         `fault: exception, vector 9`, and
 *                                                         above, `fault: interrupt, vector 77`
 *   error code 0x0002: write to an absent page            4 digits, and words (below); only for
 *                                                         vectors that have one
 *   cr2 0x0000000000001234                                page faults only
 *   rip 0xffffffff80000123 store+0x13                     the function and the offset in it
 *   rax 0x... rbx 0x... rcx 0x... rdx 0x...
 *   rsi 0x... rdi 0x... rbp 0x... rsp 0x...
 *   r8  0x... r9  0x... r10 0x... r11 0x...
 *   r12 0x... r13 0x... r14 0x... r15 0x...
 *   cs  0x0008 ss  0x0010 rflags 0x0000000000000046       selectors with 4 digits
 *   cr0 0x... cr3 0x... cr4 0x...
 *   backtrace:
 *     0xffffffff80000123 store+0x13                       innermost first; see backtrace.h
 *
 * The words for a page fault (SDM vol. 3A §4.7) are, in this order, one of "read from", "write to",
 * "instruction fetch from"; "an absent page" or "a page that forbids it"; then, where the bit is
 * set, ", in user mode" and ", reserved bit set in a table".
 * For invalid TSS, segment not present, stack-segment fault and general protection (§6.13) they are
 * "no selector" where the whole code is 0, else one of "gate N of the IDT" (N in decimal), "selector 0xNNNN of the
 * GDT", "selector 0xNNNN of the LDT" (the code without its three low bits); then, where the EXT bit
 * is set, ", from outside the program". For all others: "no meaning".
 *
 * A fault inside the report ends it: `fault while reporting a fault` and the machine's end.
 */
_Noreturn void fault_report(const struct trap_frame *frame);

/* "page fault (#PF)" for an exception of the manual's table 6-1, NULL for any other vector. */
const char *trap_name(unsigned vector);
