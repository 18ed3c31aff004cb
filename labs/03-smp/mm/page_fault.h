/*
 * Page faults: memory that comes when it is touched, and the end where none may come.
 *
 * A fault on a stack that may grow, or in a region of memory that may be touched so, is no mistake:
 * the page is mapped and the instruction runs again. All else is said in one sentence
 * (mm/fault_cause.h), `cause: ` before it, and then reported as every fault is
 * (kernel/fault_report.h). So is a double fault.
 *
 * The handlers run on their IST stacks with interrupts off: 8 KiB, no SSE.
 * One processor: lab 03 gives each its own state.
 */
#pragma once

/* Takes page faults and double faults. Called once, after stacks_init. */
void page_fault_init(void);
