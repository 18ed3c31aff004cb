/*
 * Traps and comes back: every register must survive, and what a handler changes must be obeyed.
 * `resume 0x1234` draws its register values from the number; reports on the debug console.
 */
#include <stdio.h>
#include <stdlib.h>

#include "report.h"
#include "x86.h"

#include "kernel/traps.h"
#include "resume.h"

#define VECTOR 0x42
#define FAULTS 1000

static uint64_t key;
static unsigned seen;

/* Notes what it was shown, and changes one register. */
static void on_interrupt(struct trap_frame *frame)
{
    report("# frame vector %lu error %#lx rip %#lx cs %#lx ss %#lx\n", frame->vector,
           frame->error_code, frame->rip, frame->cs, frame->ss);
    report("# frame rax %#lx rbx %#lx rcx %#lx rdx %#lx rsi %#lx rdi %#lx rbp %#lx\n", frame->rax,
           frame->rbx, frame->rcx, frame->rdx, frame->rsi, frame->rdi, frame->rbp);
    report("# frame r8 %#lx r9 %#lx r10 %#lx r11 %#lx r12 %#lx r13 %#lx r14 %#lx r15 %#lx\n",
           frame->r8, frame->r9, frame->r10, frame->r11, frame->r12, frame->r13, frame->r14,
           frame->r15);
    frame->rbx = ~key;
}

/*
 * Steps over the instruction that faulted: what the exception pushed must be off the stack again.
 */
static void on_fault(struct trap_frame *frame)
{
    seen++;
    frame->rip += RESUME_FAULT_LENGTH;
}

int main(int argc, char **argv)
{
    struct resume_registers before, after;

    key = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
    for (int i = 0; i < RESUME_REGISTERS; i++)
        before.value[i] = key + i * 0x0101010101010101ul;

    trap_handle(VECTOR, on_interrupt);
    resume_interrupt(&before, &after);
    report("# after");
    for (int i = 0; i < RESUME_REGISTERS; i++)
        report(" %#lx", after.value[i]);
    report("\n# stack %s\n", after.stack_moved ? "moved" : "same");

    trap_handle(VECTOR_PF, on_fault);
    trap_handle(VECTOR_GP, on_fault);
    trap_handle(VECTOR_UD, on_fault);
    uint64_t moved = 0;
    for (int i = 0; i < FAULTS; i++)
        moved |= resume_fault(0x0000700000000000ul) | resume_fault(0x8000000000000000ul) |
                 resume_invalid_opcode();
    report("# faults %u stack %s\n", seen, moved ? "moved" : "same");
    printf("came back from %u traps\n", seen + 1);
    return 0;
}
