/*
 * Who runs next, where, and for how long.
 *
 * On each CPU the ready thread with the smallest pass (threads/run_queue.h) runs for at most SLICE.
 * A thread is only ever queued at its home CPU, under that queue's lock, and the lock is held across
 * the switch: whoever finds a thread in a queue knows that it has left its processor. A thread
 * changes its home only between two queues, when it is in none.
 *
 * Whoever has nothing to do takes threads from others (work stealing). And at the end of a slice a
 * CPU gives a thread that waits to one whose running thread has had clearly more (threads/
 * placement.c). So all threads that can run get their shares, wherever they are.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "smp/clock.h"
#include "threads/run_queue.h"

struct trap_frame;

/* Gives the processor to whoever is next. The caller goes on when it is its turn again. */
void schedule(void);

/* Lets the other ready threads of this CPU run first. */
void thread_yield(void);

/*
 * Makes a thread ready, if it waits; otherwise nothing happens. May be called from an interrupt.
 * A thread that has waited too little of its share gives its processor away soon.
 */
void thread_wake(struct thread *thread);

/*
 * Interrupts are off from the first of these to the last.
 * To wait without losing a wake-up: thread_prepare_wait, then look once more whether there is
 * reason to wait (or tell the waker about oneself), then thread_wait; a thread_wake in between
 * makes thread_wait return at once. `deadline` UINT64_MAX: no time-out.
 * Returns false when the time was up before a thread_wake.
 */
void thread_prepare_wait(void);
void thread_cancel_wait(void);
bool thread_wait(nanos_t deadline);

/* Waits until the clock has come to `deadline`. */
void thread_sleep(nanos_t deadline);

/* Changes a thread's weight, from now on. */
void thread_set_weight(struct thread *thread, uint32_t weight);

/* How long a thread has run so far. */
nanos_t thread_time(struct thread *thread);

/* At the end of an interrupt handler: gives the interrupted thread's processor away if due. */
void preempt_check(struct trap_frame *frame);

/* What an idle thread does: runs others, and halts while there are none, sometimes after a look. */
_Noreturn void thread_idle(void);

/* Handlers for the timer and for being told of new work. Called once, before any thread waits. */
void scheduler_init(void);

/* Where a new thread begins: the lock that was held across the switch is released. */
void schedule_finish(void);
