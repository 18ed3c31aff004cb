/* Page faults: memory that comes when it is touched, and the end where none may come. */
#include "mm/page_fault.h"

#include <errno.h>
#include <stdbool.h>

#include "exercise.h"
#include "kernel/backtrace.h"
#include "kernel/fault_report.h"
#include "kernel/traps.h"
#include "kprintf.h"
#include "mm/address_space.h"
#include "mm/fault_cause.h"
#include "mm/layout.h"
#include "mm/locks.h"
#include "mm/regions.h"
#include "mm/stacks.h"
#include "smp/cpu.h"
#include "smp/smp.h"
#include "smp/stop.h"
#include "x86.h"

/*
 * What the handlers of each CPU are at. A fault that comes meanwhile is one of theirs, and the
 * further they are, the less is tried.
 */
static enum {
    NOTHING,    /* no fault has come, or the last one is settled */
    RESOLVING,  /* memory is being mapped */
    EXPLAINING, /* the sentence is being printed */
    REPORTING,  /* fault_report has been called */
} states[CPUS_MAX];
#define state states[cpu_number()]

/*
 * Says the cause and reports the fault; `error` is why no memory could be mapped. Whatever breaks
 * meanwhile, the report comes, and it is the first fault's:
 *
 *   - Before, the sentence: `cause: ` and what fault_cause or double_fault_cause prints.
 *   - A fault while the sentence is being printed (tables may be damaged, or stacks) arrives here
 *     again. Then the line ends with ` ... not found: NAME at RIP`, such as
 *     ` ... not found: page fault (#PF) at 0xffffffff80001234`, and the report is that of the first
 *     fault, with the cr2 that it had. Its frame is overwritten by then: it lay on the same stack.
 *   - A fault after that is fault_report's own business.
 */
static _Noreturn void give_up(const struct trap_frame *frame, int error)
{
    cpus_stop_others();
    /* EXERCISE 2.6e (10 points): the first fault is reported, whatever follows. */
    /* HANDOUT: if (state < EXPLAINING) { */
    /* HANDOUT:     state = EXPLAINING; */
    /* HANDOUT:     kprintf("%s at 0x%lx: address 0x%lx, error code 0x%lx\nbacktrace:\n", */
    /* HANDOUT:             trap_name(frame->vector), frame->rip, read_cr2(), frame->error_code); */
    /* HANDOUT:     backtrace_print(frame->rip, frame->rbp); */
    /* HANDOUT: } */
    /* HANDOUT: TODO("2.6"); */
    static struct trap_frame first;
    static vaddr_t first_cr2;

    if (state < EXPLAINING) {
        state = EXPLAINING;
        first = *frame;
        first_cr2 = read_cr2();
        kprintf("cause: ");
        if (frame->vector == VECTOR_DF)
            double_fault_cause(first_cr2);
        else
            fault_cause(frame, first_cr2, error);
        kprintf("\n");
    } else if (state == EXPLAINING) {
        kprintf(" ... not found: %s at 0x%lx\n", trap_name(frame->vector), frame->rip);
        write_cr2(first_cr2);
        frame = &first;
    }
    state = REPORTING;
    fault_report(frame);
    /* END EXERCISE 2.6e */
}

/*
 * Whether the tables allow the access by now: another CPU has mapped the page meanwhile, or has
 * changed its rights and not yet told this one. Looked at last: up to then another CPU may do so.
 */
static bool settled(const struct trap_frame *frame, vaddr_t address)
{
    struct page_mapping mapping;

    return smp_active && page_lookup(&kernel_tables, address, &mapping) &&
           !(mapping.flags & PAGE_NONE) &&
           (!(frame->error_code & PF_WRITE) || (mapping.flags & PAGE_W)) &&
           (!(frame->error_code & PF_FETCH) || (mapping.flags & PAGE_X));
}

/* Maps what is missing at an address, if something may be: 0, or why not. */
static int map_missing(const struct trap_frame *frame, vaddr_t address)
{
    struct stack *stack = stack_at(address);

    if (stack) {
        if ((frame->error_code & (PF_PRESENT | PF_FETCH)) ||
            stack_overrun(frame->rbp, frame->rsp, address))
            return -EFAULT;
        return stack_grow(stack, address);
    }
    /* While there is no region, a fault there is a mistake, whether 2.5 is done or not. */
    if (address < LOWER_HALF_END && application_space.tree.count > 0)
        return region_commit(&application_space, address, frame->error_code);
    return -EFAULT;
}

/* Whether the access may be done once more: 0, or why not. */
static int resolve(const struct trap_frame *frame, vaddr_t address)
{
    if ((frame->error_code & PF_RESERVED) || memory_locked())
        return -EFAULT;
    int error = map_missing(frame, address);
    return error && settled(frame, address) ? 0 : error;
}

/* A double fault; and what a broken table can lead to while the cause is looked for. */
static void other_fault(struct trap_frame *frame)
{
    give_up(frame, -EFAULT);
}

static void page_fault(struct trap_frame *frame)
{
    int error = -EFAULT;

    if (state == NOTHING) {
        state = RESOLVING;
        error = resolve(frame, read_cr2());
        if (!error) {
            state = NOTHING;
            return;
        }
    }
    trap_handle(VECTOR_GP, other_fault); /* addresses in a broken table may not be canonical */
    give_up(frame, error);
}

void page_fault_init(void)
{
    trap_handle(VECTOR_PF, page_fault);
    trap_handle(VECTOR_DF, other_fault);
}
