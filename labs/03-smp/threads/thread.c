/* Threads: made, run, joined, and given back when nobody needs them any more. */
#include "threads/thread.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "exercise.h"
#include "machine.h"
#include "smp/cpu.h"
#include "threads/fpu.h"
#include "threads/stack_cache.h"
#include "threads/tls.h"
#include "x86.h"

/*
 * What a stack may grow to beyond the size that was asked for: an interrupt or a lock may take some
 * of any thread's stack at any time, and so does the end of another thread (schedule_finish).
 */
#define STACK_SPARE 16384

static uint32_t next_number;
static uint32_t alive; /* threads that have not ended; idle threads do not count */
static bool running;   /* thread_self is valid on all CPUs */

struct thread *thread_self(void)
{
    return (struct thread *)read_gs(offsetof(struct cpu, thread));
}

/* Contract: errno.h. Replaces the one of common/libc/errno.c. */
int *errno_location(void)
{
    static int early;

    return running ? &thread_self()->error : &early;
}

/* ---- memory --------------------------------------------------------------------------------- */

/* Frees what there is of a thread. */
static void thread_free(struct thread *thread)
{
    if (thread->stack)
        stack_cache_give(thread->stack);
    tls_free(thread->tls);
    free(thread->keys);
    free(thread->fpu);
    free(thread);
}

static void thread_set_stack(struct thread *thread, struct stack *stack)
{
    thread->stack = stack;
    stack->thread = thread;
}

/* A thread that waits, without a stack; or NULL. */
static struct thread *thread_make(void)
{
    struct thread *thread = calloc(1, sizeof *thread);
    if (!thread)
        return NULL;
    thread->fpu = fpu_area_create();
    thread->tls = tls_create(&thread->fs_base);
    if (!thread->fpu || !thread->tls) {
        thread_free(thread);
        return NULL;
    }
    thread->end = (struct spinlock)SPINLOCK("a thread's end");
    thread->weight = WEIGHT_NORMAL;
    thread->state = THREAD_WAITING;
    thread->references = 2; /* the maker's, and its own */
    thread->number = __atomic_fetch_add(&next_number, 1, __ATOMIC_RELAXED);
    return thread;
}

_Noreturn void thread_main(struct thread *thread); /* where thread_begin goes on */

static inline void push(struct thread *thread, uint64_t word)
{
    thread->rsp -= 8;
    *(uint64_t *)thread->rsp = word;
}

/*
 * Makes a new thread's stack look as if it had called thread_switch: from the lowest address on,
 * the registers in the order in which thread_switch takes them off, and then its return address,
 * thread_begin (thread_switch.asm), which wants rbx = the thread. thread->rsp is the lowest one.
 * `ret` leaves rsp 8 bytes above the return address: there it is to be a multiple of 16.
 */
static void stack_prepare(struct thread *thread)
{
    /* EXERCISE 3.5d (15 points): as if it had been switched away from. */
    thread->rsp = thread->stack->top;
    push(thread, 0); /* keeps rsp aligned */
    push(thread, 0);
    push(thread, (uint64_t)thread_begin);
    push(thread, (uint64_t)thread); /* rbx */
    for (int i = 0; i < 5; i++)
        push(thread, 0); /* rbp, r12 to r15 */
    /* END EXERCISE 3.5d */
}

struct thread *thread_create(void *function(void *), void *argument, uint64_t stack_size)
{
    struct thread *thread = thread_make();
    uint64_t limit = stack_size + STACK_SPARE < STACK_MAX ? stack_size + STACK_SPARE : STACK_MAX;
    struct stack *stack = thread ? stack_cache_take(limit) : NULL;

    if (!stack) {
        if (thread)
            thread_free(thread);
        return NULL;
    }
    thread->function = function;
    thread->argument = argument;
    thread_set_stack(thread, stack);
    stack_prepare(thread);
    __atomic_fetch_add(&alive, 1, __ATOMIC_RELAXED);
    return thread;
}

void thread_release(struct thread *thread)
{
    if (__atomic_sub_fetch(&thread->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    thread_free(thread);
}

/* ---- beginning ------------------------------------------------------------------------------ */

struct thread *thread_spawn(void *function(void *), void *argument, uint32_t weight)
{
    struct thread *thread = thread_create(function, argument, STACK_MAX);
    if (thread) {
        thread->weight = weight;
        thread_start(thread);
    }
    return thread;
}

_Noreturn void thread_main(struct thread *thread)
{
    thread_exit(thread->function(thread->argument));
}

/* ---- the end -------------------------------------------------------------------------------- */

/*
 * The calling thread has ended: says so with its result, and wakes who joins it. From then on the
 * joiner may go on, end, and be freed at any time: so it is woken before it can see that. Whoever
 * joins later finds all there is to know.
 */
static void finish(struct thread *self, void *result)
{
    /* EXERCISE 3.5g (15 points): the end of a thread. */
    uint64_t flags = spin_lock(&self->end);
    self->result = result;
    self->finished = true;
    if (self->joiner)
        thread_wake(self->joiner);
    spin_unlock(&self->end, flags);
    /* END EXERCISE 3.5g */
}

_Noreturn void thread_exit(void *result)
{
    struct thread *self = thread_self();

    if (self->before_end)
        self->before_end(self);
    if (__atomic_sub_fetch(&alive, 1, __ATOMIC_RELAXED) == 0)
        machine_exit(0);
    finish(self, result);
    interrupts_off();
    self->state = THREAD_DEAD;
    schedule(); /* drops its own reference, once it is gone */
    panic("a dead thread runs");
}

/*
 * Contract: thread.h. To wait is thread_prepare_wait, then letting go of the lock, then thread_wait
 * (scheduler.h), with interrupts off all the while (spin_release, not spin_unlock); it may return
 * although the thread has not finished. thread_release gives the reference back.
 */
int thread_join(struct thread *thread, void **result)
{
    struct thread *self = thread_self();

    /* EXERCISE 3.5h (15 points): wait for a thread's end. */
    if (thread == self || __atomic_load_n(&self->joiner, __ATOMIC_RELAXED) == thread)
        return -EDEADLK;
    uint64_t flags = spin_lock(&thread->end);
    if (thread->detached || thread->joiner) {
        spin_unlock(&thread->end, flags);
        return -EINVAL;
    }
    thread->joiner = self;
    while (!thread->finished) {
        thread_prepare_wait();
        spin_release(&thread->end);
        thread_wait(UINT64_MAX);
        spin_take(&thread->end);
    }
    spin_unlock(&thread->end, flags);
    if (result)
        *result = thread->result;
    thread_release(thread);
    return 0;
    /* END EXERCISE 3.5h */
}

int thread_detach(struct thread *thread)
{
    /* EXERCISE 3.5i (15 points): nobody will ask. */
    uint64_t flags = spin_lock(&thread->end);
    bool free = !thread->detached && !thread->joiner;
    thread->detached |= free;
    spin_unlock(&thread->end, flags);
    if (!free)
        return -EINVAL;
    thread_release(thread);
    return 0;
    /* END EXERCISE 3.5i */
}

/* ---- the first threads ---------------------------------------------------------------------- */

/* Where the idle thread of CPU 0 begins; those of other CPUs run already, and call thread_idle. */
static void *idle_main(void *argument)
{
    thread_idle();
}

static void idle_create(struct cpu *cpu)
{
    struct thread *thread = thread_make();

    if (!thread)
        panic("no memory for the idle thread of CPU %u", cpu->number);
    thread->function = idle_main;
    thread_set_stack(thread, cpu->stack);
    thread->home = cpu;
    cpu->queue.idle = cpu->thread = thread;
}

void threads_init(void)
{
    struct thread *self = thread_make();
    struct cpu *cpu = this_cpu();

    if (!self)
        panic("no memory for thread 0");
    for (uint32_t i = 0; i < cpu_count; i++)
        idle_create(cpus[i]);
    stack_prepare(cpu->queue.idle);

    thread_set_stack(self, thread_stack);
    self->state = THREAD_RUNNING;
    self->home = cpu;
    cpu->thread = self;
    alive = 1;
    running = true;
    write_fs_base(self->fs_base);
    scheduler_init();
}
