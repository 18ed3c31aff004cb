/* Where a thread runs: a processor that is idle, its home, or one whose turn it is to wait. */
#pragma once

#include <stdbool.h>

struct cpu;
struct thread;

/*
 * Interrupts are off, no queue's lock is held, and the thread is in no queue.
 *
 * Queues a thread that has just been woken, or is new, at an idle CPU, at its home if all are busy,
 * no more than LEAD behind virtual_now; a CPU that must look is told. Returns
 * whether the caller's own CPU has a better thread now than the running one (preempt_wanted).
 */
bool thread_place(struct thread *thread);

/* The CPU for a new thread, which nobody has as a home yet: one with few ready threads. */
struct cpu *cpu_with_room(void);

/* For the idle thread: whether there is something to run here, perhaps taken from another CPU. */
bool find_work(struct cpu *cpu);

/* The idle thread of a CPU does not run any more: nobody shall count on it. */
void idle_ends(const struct cpu *cpu);

/* At the end of a slice: gives a ready thread of this CPU to one whose running thread is ahead. */
void give_away(struct cpu *cpu);
