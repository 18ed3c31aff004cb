/*
 * Each processor's queue of ready threads, and the time that threads are charged.
 *
 * A thread's `pass` (the key of its node) grows while it runs, by nanoseconds * WEIGHT_NORMAL /
 * weight, and the smallest pass runs next. So shares go by weight, and nobody starves.
 *
 * `virtual_now` is how far the threads that want to run have all come, on the processor where they
 * have come furthest. It never goes back. Passes mean the same on all processors; how a thread
 * stands compared with all others is where its pass is compared with virtual_now:
 *
 *   LAG_MAX below   no thread that runs, or moves to another CPU, is further behind. Further falls
 *                   whoever is not given its share even by a whole processor, or has had none to
 *                   share with; what it has missed so is forgotten.
 *   LEAD below      no further behind is a thread that has just been woken: sleeping saves up this
 *                   much, so that the sleeper runs at once, and no more.
 *   at it           new threads begin here, or where who made them is, if that is ahead.
 *
 * Locking: all of a run_queue and of the running thread's pass belongs to its lock, but for what
 * others may look at without: ready_count and what stands in `seen`.
 *
 * Source: Waldspurger and Weihl, "Stride scheduling" (MIT, 1995), for pass and stride.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "smp/clock.h"
#include "sync/spinlock.h"
#include "threads/pairing_heap.h"

struct cpu;
struct thread;

#define SLICE         2000000ul /* ns: how long a thread runs while others wait */
#define PASS_PER_NANO 64        /* of a thread of WEIGHT_NORMAL */
#define PASS_SLICE    (SLICE * PASS_PER_NANO)
#define LEAD          PASS_SLICE
#define LAG_MAX       (4 * PASS_SLICE)

struct run_queue {
    struct spinlock lock;
    struct pairing_heap ready;  /* threads, by pass */
    struct pairing_heap timers; /* waiting threads whose home this is, by when they wake */
    uint32_t ready_count;
    bool preempt_wanted; /* the running thread is to give way */
    bool told;           /* VECTOR_RESCHEDULE has come: the idle thread is to look */
    nanos_t slice_end;   /* when it is to, if anybody waits */
    nanos_t armed;       /* when the timer will interrupt; UINT64_MAX: never */
    struct thread *idle;
    struct thread *dead; /* switched away from for good; to be released */
    struct {
        uint64_t pass; /* of the running thread at `began` */
        nanos_t began;
        uint32_t weight; /* 0: the idle thread runs */
    } seen;
};

/* See above; but a thread that runs alone, and is charged for nothing, may have come further. */
extern uint64_t virtual_now;

/* virtual_now, after a look at those that run alone. */
uint64_t virtual_now_update(nanos_t now);

/* How much a pass grows in `time` on the processor. */
uint64_t pass_for(nanos_t time, uint32_t weight);

/* Adds a thread, which becomes THREAD_READY, with its pass as it is. */
void queue_push(struct run_queue *queue, struct thread *thread);

/* Takes out the thread with the smallest pass; NULL: there is none. Its state stays. */
struct thread *queue_pop(struct run_queue *queue);

/* The thread that queue_pop would return. */
struct thread *queue_first(const struct run_queue *queue);

/* Charges the thread that runs on a CPU for its time up to now. */
void queue_charge(struct cpu *cpu, nanos_t now);

/* The pass that the running thread would have if it were charged now; the idle thread's: highest. */
uint64_t queue_running_pass(const struct run_queue *queue, nanos_t now);

/* Lets a thread begin a turn on a CPU now. */
void queue_run(struct cpu *cpu, struct thread *thread, nanos_t now);

/* Shows others what runs, where its pass or weight has changed; queue_run does. */
void queue_show(struct cpu *cpu);

/* Makes the timer of the CPU that calls interrupt it when it must look at its queue again. */
void queue_arm(struct cpu *cpu);
