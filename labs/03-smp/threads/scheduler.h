/*
 * Who runs next: on each CPU the thread that has had least of its share.
 *
 * A thread's `pass` grows while it runs: nanoseconds * WEIGHT_NORMAL / weight. The smallest pass
 * runs next, for at most SLICE; so shares go by weights, and nobody starves. A thread that has
 * slept goes on with at least the queue's own pass, so that sleeping saves up nothing.
 *
 * A thread is only ever queued at its home CPU, under that queue's lock, and the lock is held
 * across the switch: whoever finds a thread in a queue knows that it has left its processor. A CPU
 * with nothing to do takes a ready thread from another one's queue, and becomes its home.
 *
 * Source: Waldspurger and Weihl, "Stride scheduling" (MIT, 1995).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "smp/clock.h"
#include "sync/spinlock.h"
#include "threads/pairing_heap.h"

struct cpu;
struct thread;
struct trap_frame;

#define SLICE 4000000ul /* ns */

struct run_queue {
    struct spinlock lock;
    struct pairing_heap ready;
    uint32_t ready_count;
    uint64_t pass; /* the largest that a thread which began to run here has had */
    nanos_t slice_end;
    bool preempt_wanted;
    struct pairing_heap timers;
    struct thread *idle;
    struct thread *dead; /* switched away from for good; to be released */
};

/* Gives the processor to whoever is next. The caller goes on when it is its turn again. */
void schedule(void);

/* Lets others with the same pass run first. */
void thread_yield(void);

/* Makes a thread ready, if it waits. May be called from an interrupt. */
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

/* At the end of an interrupt handler: gives the interrupted thread's processor away if due. */
void preempt_check(struct trap_frame *frame);

/* Handlers for the timer and for being told of new work. */
void scheduler_init(void);

/* Where a new thread begins: the lock that was held across the switch is released. */
void schedule_finish(void);
