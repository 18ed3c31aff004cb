/*
 * Why a fault happened, in one sentence on the console, without an end of line.
 *
 * The sentence of a page fault:
 *
 *     ACCESS PLACE: REASON in `FUNCTION`
 *
 *   write to the guard page below thread 0's stack: stack overflow in `recurse`
 *   read from region 0x100000000-0x100003000 ---: forbidden read in `main`
 *
 * ACCESS is "read from", "write to" or "instruction fetch from". FUNCTION is the one that rip lies
 * in; after a jump to nowhere there is none, and it is the one that the word at rsp returns to. If
 * that is none either, " in `…`" is left out. Numbers are written as 0x%lx does.
 *
 * PLACE says what lies at the address. The rows are tried in their order:
 *
 *   address N                             below the first that a region may have
 *   N bytes below NAME                    a frame of a function that left its stack: stack_overrun;
 *                                         N is counted from the stack's limit
 *   the guard page below NAME             in the slot of the stack NAME, below its limit
 *   the guard page above NAME             in its slot, from its top up
 *   NAME                                  between limit and top
 *   region START-END RIGHTS               a region of the application's; RIGHTS as in "rwx", with
 *                                         "-" for each that is missing ("---" with PAGE_NONE)
 *   ADDRESS, in no region                 elsewhere in the lower half
 *   memory N                              in the direct map, N physical, where RAM is mapped
 *   memory N, which does not exist        in the direct map, where it is not
 *   the WORDS                             a block of the debugging heap: heap_debug_explain
 *   the image's .text                     .rodata, or .data (which means .bss, too)
 *   ADDRESS, where nothing is             everywhere else
 *
 * REASON is the first of these that is true (WORDS give their own, and have only the first three):
 *
 *   out of memory                         `error` is -ENOMEM
 *   broken table                          PF_RESERVED: a reserved bit is set in one
 *   forbidden read, forbidden write,      PF_PRESENT: the page is there, wherever it lies
 *   forbidden execution
 *   null pointer                          below the first address that a region may have
 *   stack overflow, stack underflow       below a stack and its limit, above it
 *   forbidden read, …                     an absent page of a region (whose rights are not enough,
 *                                         or it would be there), or execution of a stack
 *   missing page                          a stack or the image: no mistake of the program's
 *   wild pointer                          all that remains
 */
#pragma once

#include "kernel/traps.h"
#include "types.h"

/* Of a page fault at `address`, for which memory could not be mapped: `error`. */
void fault_cause(const struct trap_frame *frame, vaddr_t address, int error);

/*
 * Of a double fault: why the processor could not enter the handler of a first fault. `address` is
 * what CR2 holds. The sentence is the first of these that is true:
 *
 *   no handler was entered: IST 2, the exception stack, is 0x1234567812345678, not canonical
 *   no handler was entered: IST 2, the exception stack, is 0xffffc000002fd000, which leads to
 *   the guard page below the exception stack (absent)
 *   no handler was entered: gate 14 of the IDT is damaged
 *   no handler was entered, though stacks and gates look right
 *
 * all on one line. An IST stack is at fault if `address` lies in the 64 bytes below what trap_stack
 * says of it, since that is where the processor pushes; it is named as ist_stack says. After PLACE
 * stands "(absent)" or "(read-only)", as the page tables have it. The first gate of an exception (0
 * to 31) that is not trap_gate_intact counts.
 */
void double_fault_cause(vaddr_t address);
