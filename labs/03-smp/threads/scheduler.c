/* The scheduler: a queue for each processor, and a lock that is held across the switch. */
#include "threads/scheduler.h"

#include <stddef.h>

#include "exercise.h"
#include "kernel/traps.h"
#include "machine.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "threads/thread.h"

#define RED_ZONE 128 /* System V ABI, x86-64, §3.2.2 */

#define OF(node, field) ((struct thread *)((char *)(node)-offsetof(struct thread, field)))

/* ---- the queue; the lock is held ------------------------------------------------------------ */

static void queue_push(struct run_queue *queue, struct thread *thread)
{
    thread->state = THREAD_READY;
    heap_insert(&queue->ready, &thread->node);
    __atomic_store_n(&queue->ready_count, queue->ready_count + 1, __ATOMIC_RELAXED);
}

static struct thread *queue_pop(struct run_queue *queue)
{
    struct heap_node *first = queue->ready.first;
    if (!first)
        return NULL;
    heap_remove(&queue->ready, first);
    __atomic_store_n(&queue->ready_count, queue->ready_count - 1, __ATOMIC_RELAXED);
    return OF(first, node);
}

/*
 * When this CPU must look again: the end of the slice if anybody waits, or the first timer. A slice
 * that is over needs no further interrupt: one that came at once, again and again, would leave the
 * interrupted code no time to give way. Nor does the idle thread have a slice.
 */
static void arm_timer(struct cpu *cpu)
{
    struct run_queue *queue = &cpu->queue;
    bool sliced = queue->ready.first && !queue->preempt_wanted && cpu->thread != queue->idle;
    nanos_t at = sliced ? queue->slice_end : UINT64_MAX;

    if (queue->timers.first && queue->timers.first->key < at)
        at = queue->timers.first->key;
    clock_interrupt_at(at);
}

/* Charges the running thread for its time up to now. */
static void charge(struct thread *thread, nanos_t now)
{
    nanos_t time = now - thread->began;

    thread->began = now;
    thread->ran += time;
    thread->node.key += time * WEIGHT_NORMAL / thread->weight;
}

/* ---- switching ------------------------------------------------------------------------------ */

/* Takes a ready thread from the longest queue of another CPU. No lock is held. */
static struct thread *steal(struct cpu *thief)
{
    struct cpu *victim = NULL;
    uint32_t most = 0;

    for (uint32_t i = 0; i < cpu_count; i++) {
        uint32_t ready = __atomic_load_n(&cpus[i]->queue.ready_count, __ATOMIC_RELAXED);
        if (cpus[i] != thief && cpus[i]->online && ready > most) {
            most = ready;
            victim = cpus[i];
        }
    }
    if (!victim)
        return NULL;

    uint64_t flags = spin_lock(&victim->queue.lock);
    struct thread *thread = queue_pop(&victim->queue);
    if (thread) { /* its lead or lag stays the same */
        thread->node.key += thief->queue.pass - victim->queue.pass;
        thread->home = thief;
    }
    spin_unlock(&victim->queue.lock, flags);
    return thread;
}

/* After a switch, on the stack of the thread that was switched to. */
void schedule_finish(void)
{
    struct run_queue *queue = &this_cpu()->queue;
    struct thread *dead = queue->dead;

    queue->dead = NULL;
    spin_release(&queue->lock);
    if (dead)
        thread_release(dead);
}

void schedule(void)
{
    uint64_t flags = interrupts_save();
    struct cpu *cpu = this_cpu();
    struct run_queue *queue = &cpu->queue;

    if (!queue->ready.first && cpu->thread == queue->idle) {
        struct thread *stolen = steal(cpu);
        if (stolen) {
            spin_take(&queue->lock);
            queue_push(queue, stolen);
            spin_release(&queue->lock);
        }
    }

    spin_take(&queue->lock);
    /* EXERCISE 3.6a (15 points): choose who runs next. */
    struct thread *from = cpu->thread;
    nanos_t now = clock_now();

    charge(from, now);
    if (from == queue->idle)
        from->state = THREAD_READY;
    else if (from->state == THREAD_RUNNING)
        queue_push(queue, from);
    struct thread *to = queue_pop(queue);
    if (!to)
        to = queue->idle;
    else if (to->node.key > queue->pass)
        queue->pass = to->node.key;
    to->state = THREAD_RUNNING;
    to->began = now;
    queue->slice_end = now + SLICE;
    queue->preempt_wanted = false;
    if (from->state == THREAD_DEAD)
        queue->dead = from;
    cpu->thread = to;
    arm_timer(cpu);
    if (to != from)
        thread_switch(from, to);
    /* END EXERCISE 3.6a */
    schedule_finish(); /* perhaps on another CPU than before */
    interrupts_restore(flags);
}

void thread_yield(void)
{
    uint64_t flags = interrupts_save();
    struct cpu *cpu = this_cpu();

    spin_take(&cpu->queue.lock);
    if (cpu->queue.ready.first && cpu->queue.ready.first->key > cpu->thread->node.key)
        cpu->thread->node.key = cpu->queue.ready.first->key;
    spin_release(&cpu->queue.lock);
    schedule();
    interrupts_restore(flags);
}

/* ---- waiting -------------------------------------------------------------------------------- */

/* Locks the queue of a thread's home, which may change until it is locked. */
static struct run_queue *lock_home(struct thread *thread)
{
    for (;;) {
        struct cpu *home = thread->home;
        spin_take(&home->queue.lock);
        if (home == thread->home)
            return &home->queue;
        spin_release(&home->queue.lock);
    }
}

/* A CPU that has nothing to do, the thread's home first; or NULL. */
static struct cpu *idle_cpu(struct cpu *home)
{
    if (home->thread == home->queue.idle)
        return home;
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i]->online && cpus[i]->thread == cpus[i]->queue.idle)
            return cpus[i];
    return NULL;
}

/* Makes a waiting thread ready; its home's lock is held. Returns a CPU to tell, or NULL. */
static struct cpu *make_ready(struct run_queue *queue, struct thread *thread)
{
    if (thread->timer.queued)
        heap_remove(&queue->timers, &thread->timer);
    if (thread->home->thread == thread) { /* not gone yet: schedule will find that it need not */
        thread->state = THREAD_RUNNING;
        return NULL;
    }
    if (thread->node.key < queue->pass)
        thread->node.key = queue->pass;
    queue_push(queue, thread);
    return idle_cpu(thread->home);
}

static void tell(struct cpu *cpu, struct cpu *home)
{
    if (cpu && cpu != this_cpu())
        lapic_send(cpu->apic_id, VECTOR_RESCHEDULE);
    else if (!cpu && home != this_cpu())
        lapic_send(home->apic_id, VECTOR_RESCHEDULE); /* it must end slices from now on */
}

void thread_wake(struct thread *thread)
{
    uint64_t flags = interrupts_save();
    /* EXERCISE 3.6b (15 points): no wake-up is lost. */
    struct run_queue *queue = lock_home(thread);
    if (thread->state == THREAD_WAITING) {
        struct cpu *idle = make_ready(queue, thread);
        struct cpu *home = thread->home;
        bool queued = thread->state == THREAD_READY;
        if (queued && home == this_cpu())
            arm_timer(home);
        spin_release(&queue->lock);
        if (queued)
            tell(idle, home);
    } else
        spin_release(&queue->lock);
    /* END EXERCISE 3.6b */
    interrupts_restore(flags);
}

void thread_prepare_wait(void)
{
    struct thread *thread = thread_self();
    uint64_t flags = interrupts_save();
    struct run_queue *queue = lock_home(thread);

    thread->timed_out = false;
    thread->state = THREAD_WAITING;
    spin_release(&queue->lock);
    interrupts_restore(flags);
}

void thread_cancel_wait(void)
{
    thread_wake(thread_self());
}

bool thread_wait(nanos_t deadline)
{
    struct thread *thread = thread_self();
    uint64_t flags = interrupts_save();

    if (deadline != UINT64_MAX) {
        struct run_queue *queue = lock_home(thread);
        if (thread->state == THREAD_WAITING) {
            thread->timer.key = deadline;
            heap_insert(&queue->timers, &thread->timer);
        }
        spin_release(&queue->lock);
    }
    schedule();
    interrupts_restore(flags);
    return !thread->timed_out;
}

/* ---- interrupts ----------------------------------------------------------------------------- */

static void wake_sleepers(struct cpu *cpu)
{
    struct run_queue *queue = &cpu->queue;
    nanos_t now = clock_now();

    while (queue->timers.first && queue->timers.first->key <= now) {
        struct thread *thread = OF(queue->timers.first, timer);
        thread->timed_out = true;
        struct cpu *idle = make_ready(queue, thread); /* takes the timer out, too */
        if (idle && idle != cpu)
            lapic_send(idle->apic_id, VECTOR_RESCHEDULE);
    }
}

static void on_timer(struct trap_frame *frame)
{
    struct cpu *cpu = this_cpu();

    lapic_eoi();
    spin_take(&cpu->queue.lock);
    wake_sleepers(cpu);
    if (cpu->queue.ready.first && clock_now() >= cpu->queue.slice_end)
        cpu->queue.preempt_wanted = true;
    arm_timer(cpu);
    spin_release(&cpu->queue.lock);
    preempt_check(frame);
}

/* Somebody has queued a thread here, or wants an idle CPU to look for one. */
static void on_reschedule(struct trap_frame *frame)
{
    struct cpu *cpu = this_cpu();

    lapic_eoi();
    spin_take(&cpu->queue.lock);
    arm_timer(cpu);
    spin_release(&cpu->queue.lock);
}

/*
 * The handler runs on an IST stack, which the next interrupt overwrites: a thread cannot be
 * switched away from there. So its frame is copied to its own stack, below the red zone, and the
 * handler "returns" to preempt_entry, which calls schedule like any other code of the thread, and
 * then goes back to what was interrupted.
 */
void preempt_check(struct trap_frame *frame)
{
    struct cpu *cpu = this_cpu();

    if (!cpu->queue.preempt_wanted || cpu->preempt_off || !(frame->rflags & RFLAGS_IF) ||
        cpu->thread == cpu->queue.idle)
        return;
    /* EXERCISE 3.6c (15 points): away from a thread that does not yield. */
    uint64_t place = (frame->rsp - RED_ZONE - sizeof *frame) & -16ul;
    *(struct trap_frame *)place = *frame;
    frame->rsp = place;
    frame->rip = (uint64_t)preempt_entry;
    frame->rflags &= ~RFLAGS_IF;
    /* END EXERCISE 3.6c */
}

void scheduler_init(void)
{
    trap_handle(VECTOR_TIMER, on_timer);
    trap_handle(VECTOR_RESCHEDULE, on_reschedule);
}
