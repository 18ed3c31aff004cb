/* The last words of a machine that took a trap which nobody handles. */
#include "kernel/fault_report.h"

#include <stdbool.h>
#include <stddef.h>

#include "exercise.h"
#include "kprintf.h"
#include "report.h"
#include "x86.h"

#include "kernel/backtrace.h"
#include "kernel/symbols.h"
#include "kernel/uart.h"
#include "smp/stop.h"

const char *trap_name(unsigned vector)
{
    static const char *const names[] = {
        [VECTOR_DE] = "divide error (#DE)",
        [VECTOR_DB] = "debug (#DB)",
        [VECTOR_NMI] = "non-maskable interrupt (NMI)",
        [VECTOR_BP] = "breakpoint (#BP)",
        [VECTOR_OF] = "overflow (#OF)",
        [VECTOR_BR] = "bound range exceeded (#BR)",
        [VECTOR_UD] = "invalid opcode (#UD)",
        [VECTOR_NM] = "device not available (#NM)",
        [VECTOR_DF] = "double fault (#DF)",
        [VECTOR_TS] = "invalid TSS (#TS)",
        [VECTOR_NP] = "segment not present (#NP)",
        [VECTOR_SS] = "stack-segment fault (#SS)",
        [VECTOR_GP] = "general protection (#GP)",
        [VECTOR_PF] = "page fault (#PF)",
        [VECTOR_MF] = "x87 floating-point error (#MF)",
        [VECTOR_AC] = "alignment check (#AC)",
        [VECTOR_MC] = "machine check (#MC)",
        [VECTOR_XM] = "SIMD floating-point error (#XM)",
        [VECTOR_CP] = "control protection (#CP)",
    };
    return vector < sizeof names / sizeof names[0] ? names[vector] : NULL;
}

/* Whether the processor pushes an error code for this vector (SDM vol. 3A table 6-1). */
static bool has_error_code(unsigned vector)
{
    return vector == VECTOR_DF || (vector >= VECTOR_TS && vector <= VECTOR_PF) ||
           vector == VECTOR_AC || vector == VECTOR_CP || vector == 29 || vector == 30;
}

/* Prints the error code's words (fault_report.h has them), without an end of line. */
static void print_error_words(unsigned vector, uint64_t code)
{
    /* EXERCISE 1.6e (20 points): what an error code means. */
    if (vector == VECTOR_PF) {
        const char *access = code & PF_WRITE ? "write to" : "read from";
        if (code & PF_FETCH)
            access = "instruction fetch from";
        kprintf("%s %s", access, code & PF_PRESENT ? "a page that forbids it" : "an absent page");
        if (code & PF_USER)
            kprintf(", in user mode");
        if (code & PF_RESERVED)
            kprintf(", reserved bit set in a table");
    } else if (vector >= VECTOR_TS && vector <= VECTOR_GP) {
        unsigned selector = code & 0xfff8;
        if (code == 0)
            kprintf("no selector");
        else if (code & 2)
            kprintf("gate %u of the IDT", selector >> 3);
        else
            kprintf("selector 0x%04x of the %s", selector, code & 4 ? "LDT" : "GDT");
        if (code & 1)
            kprintf(", from outside the program");
    } else {
        kprintf("no meaning");
    }
    /* END EXERCISE 1.6e */
}

static void print_place(const char *label, uint64_t address)
{
    uint64_t offset = 0;
    const char *function = symbol_at(address, &offset);

    if (function)
        kprintf("%s 0x%016lx %s+0x%lx\n", label, address, function, offset);
    else
        kprintf("%s 0x%016lx ?\n", label, address);
}

/* Contract: fault_report.h. frame->rbp and frame->rip are where the backtrace starts. */
static void print_report(const struct trap_frame *frame)
{
    /* EXERCISE 1.6g (20 points): the report. */
    const char *name = trap_name(frame->vector);

    if (name)
        kprintf("fault: %s, vector %lu\n", name, frame->vector);
    else
        kprintf("fault: %s, vector %lu\n", frame->vector < 32 ? "exception" : "interrupt",
                frame->vector);
    if (has_error_code(frame->vector)) {
        kprintf("error code 0x%04lx: ", frame->error_code);
        print_error_words(frame->vector, frame->error_code);
        kprintf("\n");
    }
    if (frame->vector == VECTOR_PF)
        kprintf("cr2 0x%016lx\n", read_cr2());
    print_place("rip", frame->rip);
    kprintf("rax 0x%016lx rbx 0x%016lx rcx 0x%016lx rdx 0x%016lx\n", frame->rax, frame->rbx,
            frame->rcx, frame->rdx);
    kprintf("rsi 0x%016lx rdi 0x%016lx rbp 0x%016lx rsp 0x%016lx\n", frame->rsi, frame->rdi,
            frame->rbp, frame->rsp);
    kprintf("r8  0x%016lx r9  0x%016lx r10 0x%016lx r11 0x%016lx\n", frame->r8, frame->r9,
            frame->r10, frame->r11);
    kprintf("r12 0x%016lx r13 0x%016lx r14 0x%016lx r15 0x%016lx\n", frame->r12, frame->r13,
            frame->r14, frame->r15);
    kprintf("cs  0x%04lx ss  0x%04lx rflags 0x%016lx\n", frame->cs, frame->ss, frame->rflags);
    kprintf("cr0 0x%016lx cr3 0x%016lx cr4 0x%016lx\n", read_cr0(), read_cr3(), read_cr4());
    kprintf("backtrace:\n");
    backtrace_print(frame->rip, frame->rbp);
    /* END EXERCISE 1.6g */
}

void fault_report(const struct trap_frame *frame)
{
    static bool reporting;
    const char *name = trap_name(frame->vector);

    cpus_stop_others();
    if (reporting)
        kprintf("\nfault while reporting a fault\n");
    else {
        reporting = true;
        print_report(frame);
    }
    uart_drain();
    report("pagurus: panic %s %lu at %#lx\n", name ? name : "vector", frame->vector, frame->rip);
    debug_exit(DEBUG_EXIT_PANIC);
}
