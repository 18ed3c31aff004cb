/* Who called whom: the chain of frame pointers, and the names of functions. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Prints one line a frame on the console, innermost first: two blanks, the address with 0x and 16
 * digits, and `function+0xoffset`, or `?` for an address in no function. `rip` is the first
 * line's address, `rbp` the frame pointer that goes with it; every further address is a return
 * address. Ends at a frame pointer of 0, at one that does not lie on a stack of the kernel, is not
 * 8-byte aligned or does not lie above the one before, and after BACKTRACE_MAX lines: a broken
 * chain must not break the report.
 */
void backtrace_print(uint64_t rip, uint64_t rbp);

#define BACKTRACE_MAX 64
