/* Threads: made, run, joined, and given back when nobody needs them any more. */
#include "threads/thread.h"

#include <stdlib.h>
#include <string.h>

#include "exercise.h"
#include "machine.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "sync/futex.h"
#include "threads/tls.h"

#define FPU_ALIGN   64
#define STACK_FIRST 8192 /* mapped from the start; the rest on demand */

static uint32_t next_number;
static uint32_t next_cpu;

struct thread *thread_self(void)
{
    return (struct thread *)read_gs(8);
}

static void free_memory(struct thread *thread)
{
    if (thread->stack)
        stack_destroy(thread->stack);
    tls_free(thread->fs_base);
    free(thread->fpu);
    free(thread);
}

/* A thread without a stack. */
static struct thread *create(uint32_t weight)
{
    struct thread *thread = calloc(1, sizeof *thread);
    uint64_t size = cpuid(13, 0).ebx; /* of an XSAVE area for what XCR0 has on */

    if (!thread)
        return NULL;
    thread->fpu = aligned_alloc(FPU_ALIGN, (size + FPU_ALIGN - 1) & -FPU_ALIGN);
    thread->fs_base = tls_create();
    if (!thread->fpu || !thread->fs_base) {
        free_memory(thread);
        return NULL;
    }
    memset(thread->fpu, 0, size); /* XRSTOR then loads the initial state (SDM vol. 1 §13.8) */
    ((uint32_t *)thread->fpu)[6] = 0x1f80; /* but MXCSR comes from here in any case */
    thread->number = __atomic_fetch_add(&next_number, 1, __ATOMIC_RELAXED);
    thread->weight = weight;
    thread->references = 1;
    return thread;
}

void threads_init(void)
{
    struct thread *self = create(WEIGHT_NORMAL);
    struct cpu *cpu = cpus[0];

    for (uint32_t i = 0; i < cpu_count; i++) {
        cpus[i]->queue.idle = thread_create_idle(cpus[i]);
        if (!self || !cpus[i]->queue.idle)
            panic("no memory for the first threads");
        cpus[i]->thread = cpus[i]->queue.idle; /* but CPU 0 runs the application, see below */
    }
    self->number = 0;
    self->state = THREAD_RUNNING;
    self->home = cpu;
    self->began = clock_now();
    cpu->thread = self;
    write_msr(MSR_FS_BASE, self->fs_base);
    scheduler_init();
}

/* Where an idle thread of CPU 0 begins; those of other CPUs call thread_idle themselves. */
static void *idle_main(void *argument)
{
    thread_idle();
}

static void push(struct thread *thread, uint64_t word)
{
    thread->rsp -= 8;
    *(uint64_t *)thread->rsp = word;
}

/* What thread_switch pops: the registers of a caller, and thread_start as the return address. */
static void prepare_stack(struct thread *thread)
{
    /* EXERCISE 3.5b (15 points): the first switch. */
    thread->rsp = thread->stack->top;
    push(thread, 0); /* so that rsp is 16-byte aligned at thread_start */
    push(thread, (uint64_t)thread_start);
    push(thread, (uint64_t)thread); /* rbx */
    for (int i = 0; i < 5; i++)
        push(thread, 0); /* rbp, r12 to r15 */
    /* END EXERCISE 3.5b */
}

static struct thread *create_on(struct stack *stack, void *function(void *), void *argument,
                                uint32_t weight)
{
    struct thread *thread = create(weight);
    if (!thread)
        return NULL;
    thread->function = function;
    thread->argument = argument;
    thread->stack = stack;
    return thread;
}

struct thread *thread_create_idle(struct cpu *cpu)
{
    struct thread *thread = create_on(cpu->stack, idle_main, NULL, WEIGHT_NORMAL);
    if (!thread)
        return NULL;
    thread->home = cpu;
    thread->node.key = UINT64_MAX / 2;
    if (cpu == this_cpu()) /* the others run there already, and will call thread_idle */
        prepare_stack(thread);
    return thread;
}

_Noreturn void thread_idle(void)
{
    for (;;) {
        interrupts_off();
        schedule();
        interrupts_on_and_halt();
    }
}

struct thread *thread_spawn(void *function(void *), void *argument, uint32_t weight)
{
    struct stack *stack = stack_create("a thread's stack", STACK_FIRST, STACK_MAX);
    struct thread *thread = stack ? create_on(stack, function, argument, weight) : NULL;
    if (!thread) {
        if (stack)
            stack_destroy(stack);
        return NULL;
    }
    prepare_stack(thread);
    thread->references = 2;
    thread->state = THREAD_WAITING;

    uint32_t number;
    do
        number = __atomic_fetch_add(&next_cpu, 1, __ATOMIC_RELAXED) % cpu_count;
    while (!cpus[number]->online);
    thread->home = cpus[number];
    thread_wake(thread);
    return thread;
}

_Noreturn void thread_main(struct thread *thread);
_Noreturn void thread_main(struct thread *thread)
{
    thread_exit(thread->function(thread->argument));
}

_Noreturn void thread_exit(void *result)
{
    struct thread *self = thread_self();

    self->result = result;
    __atomic_store_n(&self->finished, 1, __ATOMIC_RELEASE);
    futex_wake(&self->finished, UINT32_MAX);
    interrupts_off();
    self->state = THREAD_DEAD;
    schedule(); /* drops the running thread's own reference, once it is gone */
    panic("a dead thread runs");
}

void *thread_join(struct thread *thread)
{
    while (!__atomic_load_n(&thread->finished, __ATOMIC_ACQUIRE))
        futex_wait(&thread->finished, 0, UINT64_MAX);
    void *result = thread->result;
    thread_release(thread);
    return result;
}

void thread_release(struct thread *thread)
{
    if (__atomic_sub_fetch(&thread->references, 1, __ATOMIC_ACQ_REL) == 0)
        free_memory(thread);
}
