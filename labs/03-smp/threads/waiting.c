/* Waiting, waking and sleeping: who is not in a run queue, and how it comes back to one. */
#include "threads/waiting.h"

#include <stddef.h>

#include "exercise.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "threads/placement.h"
#include "threads/scheduler.h"
#include "threads/thread.h"
#include "x86.h"

#define OF_TIMER(node) ((struct thread *)((char *)(node)-offsetof(struct thread, timer)))

/* Locks the queue of a thread's home, which may change until it is locked. Interrupts are off. */
static struct run_queue *lock_home(const struct thread *thread)
{
    for (;;) {
        struct cpu *home = thread->home;
        spin_take(&home->queue.lock);
        if (home == thread->home)
            return &home->queue;
        spin_release(&home->queue.lock);
    }
}

/*
 * Ends a thread's wait; its home's lock is held. Its timer, if it has one, is taken out. Returns
 * whether the thread is to be placed (thread_place), which is not done with the lock held: then it
 * is THREAD_READY, so that nobody else wakes it, and in no queue. Otherwise it did not wait at all;
 * or it did, but has not left its CPU yet: then it is THREAD_RUNNING again, and schedule, which it
 * is on its way to, finds that.
 */
static bool end_wait(struct run_queue *queue, struct thread *thread)
{
    /* EXERCISE 3.6f (15 points): no wake-up is lost. */
    if (thread->state != THREAD_WAITING)
        return false;
    if (thread->timer.queued)
        heap_remove(&queue->timers, &thread->timer);
    if (thread->home->thread == thread) {
        thread->state = THREAD_RUNNING;
        return false;
    }
    thread->state = THREAD_READY;
    return true;
    /* END EXERCISE 3.6f */
}

void thread_wake(struct thread *thread)
{
    uint64_t flags = interrupts_save();
    struct run_queue *queue = lock_home(thread);
    bool ended = end_wait(queue, thread);

    spin_release(&queue->lock);
    if (ended && thread_place(thread)) /* as soon as interrupts are on, in preempt_check */
        lapic_send(this_cpu()->apic_id, VECTOR_RESCHEDULE);
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
    schedule(); /* arms the timer */
    interrupts_restore(flags);
    return !thread->timed_out;
}

void thread_sleep(nanos_t deadline)
{
    uint64_t flags = interrupts_save();

    thread_prepare_wait();
    thread_wait(deadline);
    interrupts_restore(flags);
}

/*
 * Contract: waiting.h. The timers are a heap: the first one is due first. Whoever it is that waits
 * for it has timed out (timed_out), and its wait ends (end_wait, with the lock held; it takes the
 * timer out, too). The lock is released before the thread is placed, where end_wait says so: its
 * place may be another queue. And so on, until the first timer is not due, or there is none.
 */
void wake_sleepers(struct cpu *cpu, nanos_t now)
{
    /* EXERCISE 3.6g (15 points): the time is up. */
    struct run_queue *queue = &cpu->queue;

    for (;;) {
        spin_take(&queue->lock);
        struct heap_node *first = queue->timers.first;
        if (!first || first->key > now) {
            spin_release(&queue->lock);
            return;
        }
        struct thread *thread = OF_TIMER(first);
        thread->timed_out = true;
        bool ended = end_wait(queue, thread);
        spin_release(&queue->lock);
        if (ended)
            thread_place(thread);
    }
    /* END EXERCISE 3.6g */
}

void thread_set_weight(struct thread *thread, uint32_t weight)
{
    uint64_t flags = interrupts_save();
    struct run_queue *queue = lock_home(thread);
    bool runs = thread->home->thread == thread;

    if (runs)
        queue_charge(thread->home, clock_now()); /* by the old weight */
    thread->weight = weight;
    if (runs)
        queue_show(thread->home);
    spin_release(&queue->lock);
    interrupts_restore(flags);
}

nanos_t thread_time(struct thread *thread)
{
    uint64_t flags = interrupts_save();
    struct run_queue *queue = lock_home(thread);

    if (thread->home->thread == thread) {
        queue_charge(thread->home, clock_now());
        queue_show(thread->home);
    }
    nanos_t ran = thread->ran;
    spin_release(&queue->lock);
    interrupts_restore(flags);
    return ran;
}
