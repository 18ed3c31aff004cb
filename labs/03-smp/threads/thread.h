/*
 * Threads: what runs, each with a guarded stack, its own registers and its own thread-local data.
 *
 * Locking: `state`, `node` and `pass` belong to the run queue of the thread's home CPU. All else is
 * the thread's own, or does not change.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mm/stacks.h"
#include "smp/clock.h"
#include "threads/pairing_heap.h"
#include "types.h"

enum thread_state {
    THREAD_READY,   /* in its home CPU's queue */
    THREAD_RUNNING, /* on its home CPU */
    THREAD_WAITING, /* until thread_wake; perhaps still on its CPU, on the way to schedule */
    THREAD_DEAD,    /* never again */
};

struct thread {
    uint64_t rsp;     /* offset 0: its stack pointer while it does not run (thread_switch.asm) */
    void *fpu;        /* offset 8: its XSAVE area, 64-byte aligned */
    uint64_t fs_base; /* offset 16: its thread-local data */

    uint32_t number;
    uint32_t weight; /* its share of the processor, against the others' */
    volatile enum thread_state state;
    struct cpu *volatile home;
    struct heap_node node; /* in the run queue; the key is `pass` */
    nanos_t began;         /* to run, this time */
    nanos_t ran;           /* in all, without this time */

    struct heap_node timer; /* in the home CPU's timers; the key is when to wake */
    bool timed_out;

    struct stack *stack; /* NULL: of the boot, not to be freed */
    void *(*function)(void *);
    void *argument, *result;
    uint32_t finished;   /* a futex: 1 once `result` is there */
    uint32_t references; /* the handle's, and the running thread's own */
};

#define WEIGHT_NORMAL 1024

/* What the calling thread is. */
struct thread *thread_self(void);

/* Makes the code that runs now thread 0 of CPU 0, and its idle thread. Called once. */
void threads_init(void);

/* An idle thread for a CPU, running on the stack that it is called on. Never returns. */
_Noreturn void thread_idle(void);
struct thread *thread_create_idle(struct cpu *cpu) __attribute__((warn_unused_result));

/*
 * Makes a thread that calls function(argument), ready to run on some CPU. The caller owns a
 * reference. Returns NULL where memory is short; nothing has changed then.
 */
struct thread *thread_spawn(void *function(void *), void *argument, uint32_t weight)
    __attribute__((warn_unused_result));

/* Waits for a thread's end and gives back its result and the caller's reference. */
void *thread_join(struct thread *thread);

/* Gives back a reference. */
void thread_release(struct thread *thread);

/* Ends the calling thread. */
_Noreturn void thread_exit(void *result);

/* thread_switch.asm. Interrupts are off, the run queue's lock is held. */
void thread_switch(struct thread *from, struct thread *to);
extern char thread_start[], preempt_entry[];
