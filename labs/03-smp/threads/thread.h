/*
 * Threads: what runs, each with a guarded stack, its own registers and its own thread-local data.
 *
 * A thread is made (thread_create), set going once (thread_start), and ends (thread_exit). Who
 * made it has a reference, which thread_join or thread_detach takes; the thread itself has another,
 * until it has left its processor for good. With the last one goes its memory. There is no list of
 * all threads: each is found by its stack (`thread` in mm/stacks.h).
 *
 * Locking: `state`, `home`, `node` and `timer` belong to the run queue of the thread's home CPU
 * (threads/scheduler.h); from `result` to `joiner` all belongs to `end`. All else is the thread's
 * own, or does not change.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mm/stacks.h"
#include "smp/clock.h"
#include "sync/spinlock.h"
#include "threads/pairing_heap.h"
#include "types.h"

struct cpu;
struct key_value;

enum thread_state {
    THREAD_READY,   /* in its home CPU's queue */
    THREAD_RUNNING, /* on its home CPU */
    THREAD_WAITING, /* until thread_wake; perhaps still on its CPU, on the way to schedule */
    THREAD_DEAD,    /* never again */
};

struct thread {
    uint64_t rsp;     /* offset 0: its stack pointer while it does not run (thread_switch.asm) */
    void *fpu;        /* offset 8: its XSAVE area, 64-byte aligned (threads/fpu.h) */
    uint64_t fs_base; /* offset 16: its FS base while it does not run */

    uint32_t number; /* 0: main's; no two threads have the same */
    uint32_t weight; /* its share of the processor, against the others' */
    volatile enum thread_state state;
    struct cpu *volatile home;
    struct heap_node node; /* in the run queue; the key is `pass` */
    nanos_t began;         /* to run, this time */
    nanos_t ran;           /* in all, without this time */

    struct heap_node timer; /* in the home CPU's timers; the key is when to wake */
    bool timed_out;

    struct stack *stack;
    void *(*function)(void *);
    void *argument;
    void *tls;              /* its thread-local data, to be freed (threads/tls.h) */
    struct key_value *keys; /* PTHREAD_KEYS_MAX of them, or NULL: none was set yet (keys.c) */
    void (*before_end)(struct thread *self); /* what it calls when it ends, or NULL */
    int error;                               /* its errno */

    struct spinlock end;
    void *result;          /* of `function`, once finished */
    bool finished;         /* will run no more code of its own */
    bool detached;         /* nobody will join it */
    struct thread *joiner; /* who waits for its end, or has */
    uint32_t references;   /* atomic */
};

#define WEIGHT_NORMAL 1024

/* What the calling thread is. */
struct thread *thread_self(void);

/*
 * Makes a thread that will call function(argument) on a stack of up to `stack_size` bytes (at most
 * STACK_MAX; whole pages) and some to spare; it waits for its thread_start. The caller has a reference. NULL: there
 * is no memory for it, and nothing has changed.
 */
struct thread *thread_create(void *function(void *), void *argument, uint64_t stack_size)
    __attribute__((warn_unused_result));

/*
 * Makes a thread of thread_create ready to run, on some CPU (scheduler.c). It may have ended on
 * return. Its pass begins where the caller's is: whoever makes thread after thread gets no more of
 * the processor so.
 */
void thread_start(struct thread *thread);

/* thread_create with the largest stack, a weight, and thread_start. */
struct thread *thread_spawn(void *function(void *), void *argument, uint32_t weight)
    __attribute__((warn_unused_result));

/*
 * Waits for a thread's end, puts its result where `result` points (if not NULL), and takes the
 * caller's reference. Returns 0, or with nothing changed -EDEADLK: the thread is the caller, or joins
 * the caller already (a look without a lock: of two that begin at the same moment both may wait);
 * -EINVAL: it is detached, or somebody else joins it.
 */
int thread_join(struct thread *thread, void **result);

/*
 * Takes the caller's reference. Returns 0, or with nothing changed -EINVAL: it is detached, or
 * somebody joins it.
 */
int thread_detach(struct thread *thread);

/* Ends the calling thread; and the machine with status 0, if it was the last one. */
_Noreturn void thread_exit(void *result);

/* Gives back a reference. */
void thread_release(struct thread *thread);

/* Makes the code that runs now thread 0, on CPU 0, and all CPUs' idle threads. Called once. */
void threads_init(void);

/* thread_switch.asm. Interrupts are off, the run queue's lock is held. */
void thread_switch(struct thread *from, struct thread *to);
extern char thread_begin[], preempt_entry[];
