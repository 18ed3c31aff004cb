/* The scheduler: who gives the processor to whom, by itself or because the timer says so. */
#include "threads/scheduler.h"

#include <stddef.h>

#include "exercise.h"
#include "kernel/traps.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "smp/smp.h"
#include "threads/placement.h"
#include "threads/thread.h"
#include "threads/waiting.h"
#include "x86.h"

#define RED_ZONE 128 /* System V ABI, x86-64, §3.2.2 */

/* Where work has come so soon, an idle CPU looks for as long the next time before it halts. */
#define SOON 100000ul /* ns */

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

/*
 * Contract: scheduler.h. Interrupts are off, the queue's lock is held, and stays so across
 * thread_switch: schedule_finish, below and in thread_begin, releases it.
 * - The caller, `from`, is charged for its time (queue_charge).
 * - It goes back into the queue if it is still THREAD_RUNNING. In any other state it waits, or is
 *   dead: then it is the queue's `dead`. The idle thread is never in the queue.
 * - Whoever is first in the queue then runs (queue_run), the idle thread if nobody is.
 * - Where `from` is the idle thread and another one runs now, idle_ends says so: find_work has said
 *   that this CPU idles.
 * - The timer is armed for that one (queue_arm), and then thread_switch, unless it is the caller.
 */
void schedule(void)
{
    uint64_t flags = interrupts_save();
    struct cpu *cpu = this_cpu();
    struct run_queue *queue = &cpu->queue;

    spin_take(&queue->lock);
    /* EXERCISE 3.6h (15 points): who is next. */
    nanos_t now = clock_now();
    struct thread *from = cpu->thread, *to;

    queue_charge(cpu, now);
    if (from == queue->idle)
        from->state = THREAD_READY;
    else if (from->state == THREAD_RUNNING)
        queue_push(queue, from);
    else if (from->state == THREAD_DEAD)
        queue->dead = from;
    to = queue_pop(queue);
    if (!to)
        to = queue->idle;
    else if (from == queue->idle)
        idle_ends(cpu);
    queue_run(cpu, to, now);
    queue_arm(cpu);
    if (to != from)
        thread_switch(from, to);
    /* END EXERCISE 3.6h */
    schedule_finish(); /* perhaps on another CPU than before */
    interrupts_restore(flags);
}

void thread_yield(void)
{
    uint64_t flags = interrupts_save();
    struct cpu *cpu = this_cpu();
    struct run_queue *queue = &cpu->queue;

    if (__atomic_load_n(&queue->ready_count, __ATOMIC_RELAXED)) {
        spin_take(&queue->lock);
        struct thread *first = queue_first(queue);
        if (first && first->node.key > cpu->thread->node.key)
            cpu->thread->node.key = first->node.key;
        spin_release(&queue->lock);
        schedule();
    } else
        pause(); /* who yields again and again waits for a thread on another CPU */
    interrupts_restore(flags);
}

void thread_start(struct thread *thread)
{
    uint64_t flags = interrupts_save();
    struct cpu *cpu = this_cpu();

    spin_take(&cpu->queue.lock);
    queue_charge(cpu, clock_now());
    queue_show(cpu);
    uint64_t own = cpu->thread->node.key, front = __atomic_load_n(&virtual_now, __ATOMIC_RELAXED);
    thread->node.key = own > front ? own : front;
    spin_release(&cpu->queue.lock);

    thread->home = cpu_with_room();
    thread_wake(thread);
    interrupts_restore(flags);
}

/*
 * For the idle thread: whether there is to look for work before `end`. Interrupts are off, and on
 * meanwhile. Does not ask find_work again and again: that offers this CPU to the others, one of which
 * may just have claimed it.
 */
static bool work_comes(const struct run_queue *queue, nanos_t end)
{
    while (!__atomic_load_n(&queue->told, __ATOMIC_RELAXED) &&
           !__atomic_load_n(&queue->ready_count, __ATOMIC_RELAXED)) {
        if (clock_now() >= end)
            return false;
        pause();
        interrupts_on();
        nop(); /* STI lets one more instruction pass before an interrupt */
        interrupts_off();
    }
    return true;
}

_Noreturn void thread_idle(void)
{
    struct cpu *cpu = this_cpu();
    nanos_t began = clock_now(), look_for = 0;

    for (;;) {
        interrupts_off();
        cpu->queue.told = false;
        if (find_work(cpu)) {
            look_for = smp_active && clock_now() - began < SOON ? SOON : 0;
            schedule();
            began = clock_now();
        } else if (!work_comes(&cpu->queue, began + look_for))
            interrupts_on_and_halt();
    }
}

/* ---- interrupts ----------------------------------------------------------------------------- */

static void on_timer(struct trap_frame *frame)
{
    struct cpu *cpu = this_cpu();
    struct run_queue *queue = &cpu->queue;
    nanos_t now = clock_now();

    lapic_eoi();
    wake_sleepers(cpu, now);
    bool over = queue->ready_count && now >= queue->slice_end;
    if (over)
        give_away(cpu);
    spin_take(&queue->lock);
    queue->preempt_wanted |= over;
    queue->armed = UINT64_MAX;
    queue_arm(cpu);
    spin_release(&queue->lock);
    preempt_check(frame);
}

/* Somebody has queued a thread here, or wants an idle CPU to look for one. */
static void on_reschedule(struct trap_frame *frame)
{
    struct cpu *cpu = this_cpu();

    lapic_eoi();
    spin_take(&cpu->queue.lock);
    cpu->queue.told = true;
    queue_arm(cpu);
    spin_release(&cpu->queue.lock);
    preempt_check(frame);
}

/*
 * Contract: scheduler.h. Due is what preempt_wanted says, unless the idle thread was interrupted,
 * which looks by itself.
 *
 * The handler runs on an IST stack, which the next interrupt overwrites: a thread cannot be
 * switched away from there. So the trap frame is copied to the thread's own stack, below its red
 * zone, at an address that is a multiple of 16; and the handler "returns" to preempt_entry with
 * that as its stack pointer, interrupts off. preempt_entry calls schedule like any other code of the
 * thread, and then goes back to what was interrupted, as the copy says.
 */
void preempt_check(struct trap_frame *frame)
{
    struct cpu *cpu = this_cpu();

    if (cpu->preempt_off) /* whoever wants to stay here gives way by itself (mm/caches.c) */
        return;
    /* EXERCISE 3.6i (15 points): away from a thread that does not yield. */
    if (!cpu->queue.preempt_wanted || cpu->thread == cpu->queue.idle)
        return;
    uint64_t place = (frame->rsp - RED_ZONE - sizeof *frame) & -16ul;
    *(struct trap_frame *)place = *frame;
    frame->rsp = place;
    frame->rip = (uint64_t)preempt_entry;
    frame->rflags &= ~RFLAGS_IF;
    /* END EXERCISE 3.6i */
}

void scheduler_init(void)
{
    for (uint32_t i = 0; i < cpu_count; i++)
        cpus[i]->queue.armed = UINT64_MAX;
    queue_run(this_cpu(), thread_self(), clock_now());
    trap_handle(VECTOR_TIMER, on_timer);
    trap_handle(VECTOR_RESCHEDULE, on_reschedule);
}
