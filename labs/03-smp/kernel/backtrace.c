/* Who called whom: the chain of frame pointers that -fno-omit-frame-pointer keeps. */
#include "kernel/backtrace.h"

#include <stdbool.h>

#include "exercise.h"
#include "kprintf.h"
#include "x86.h"

#include "kernel/symbols.h"
#include "kernel/traps.h"
#include "mm/stacks.h"

extern char kernel_stack[], kernel_stack_top[]; /* entry.asm */

/* What a function's prologue leaves at its frame pointer (System V ABI, x86-64, figure 3.3). */
struct frame {
    const struct frame *caller; /* the caller's frame pointer */
    uint64_t return_address;
};

static bool in_range(uint64_t address, const char *base, const char *end)
{
    return address >= (uint64_t)base && address + sizeof(struct frame) <= (uint64_t)end;
}

/* Whether a frame can be read there: on the stack of the boot, or on any later one. */
static bool frame_readable(uint64_t address)
{
    if (address % 8 != 0)
        return false;
    return in_range(address, kernel_stack, kernel_stack_top) || ist_stack_holds(address) ||
           stack_holds(address, sizeof(struct frame));
}

static void print_line(uint64_t address, uint64_t looked_up)
{
    uint64_t offset = 0;
    const char *name = symbol_at(looked_up, &offset);

    if (name)
        kprintf("  0x%016lx %s+0x%lx\n", address, name, offset + (address - looked_up));
    else
        kprintf("  0x%016lx ?\n", address);
}

/*
 * Contract: backtrace.h. A call may be a function's last instruction, so that its return address
 * already belongs to the next function: look the name up one byte before it.
 */
void backtrace_print(uint64_t rip, uint64_t rbp)
{
    /* EXERCISE 1.6f (20 points): walk the chain of frames. */
    print_line(rip, rip);
    for (int lines = 1; lines < BACKTRACE_MAX && frame_readable(rbp); lines++) {
        const struct frame *frame = (const struct frame *)rbp;
        print_line(frame->return_address, frame->return_address - 1);
        if ((uint64_t)frame->caller <= rbp)
            break;
        rbp = (uint64_t)frame->caller;
    }
    /* END EXERCISE 1.6f */
}
