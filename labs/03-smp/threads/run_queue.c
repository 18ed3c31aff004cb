/* A processor's queue: who is ready, what running costs, and when to look again. */
#include "threads/run_queue.h"

#include <stddef.h>

#include "exercise.h"
#include "smp/cpu.h"
#include "threads/thread.h"

uint64_t virtual_now;

static struct thread *of_node(struct heap_node *node)
{
    return node ? (struct thread *)((char *)node - offsetof(struct thread, node)) : NULL;
}

/* In two parts, so that nothing overflows. */
uint64_t pass_for(nanos_t time, uint32_t weight)
{
    const uint64_t unit = WEIGHT_NORMAL * PASS_PER_NANO;

    return time / weight * unit + time % weight * unit / weight;
}

void queue_push(struct run_queue *queue, struct thread *thread)
{
    thread->state = THREAD_READY;
    heap_insert(&queue->ready, &thread->node);
    __atomic_store_n(&queue->ready_count, queue->ready_count + 1, __ATOMIC_RELAXED);
}

struct thread *queue_first(const struct run_queue *queue)
{
    return of_node(queue->ready.first);
}

struct thread *queue_pop(struct run_queue *queue)
{
    struct thread *thread = queue_first(queue);

    if (thread) {
        heap_remove(&queue->ready, &thread->node);
        __atomic_store_n(&queue->ready_count, queue->ready_count - 1, __ATOMIC_RELAXED);
    }
    return thread;
}

static void virtual_now_reaches(uint64_t pass)
{
    uint64_t now = __atomic_load_n(&virtual_now, __ATOMIC_RELAXED);

    while (now < pass && !__atomic_compare_exchange_n(&virtual_now, &now, pass, true,
                                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

uint64_t queue_running_pass(const struct run_queue *queue, nanos_t now)
{
    uint32_t weight = __atomic_load_n(&queue->seen.weight, __ATOMIC_RELAXED);
    nanos_t began = __atomic_load_n(&queue->seen.began, __ATOMIC_RELAXED);

    if (weight == 0)
        return UINT64_MAX;
    return __atomic_load_n(&queue->seen.pass, __ATOMIC_RELAXED) +
           (now > began ? pass_for(now - began, weight) : 0);
}

uint64_t virtual_now_update(nanos_t now)
{
    for (uint32_t i = 0; i < cpu_count; i++) {
        const struct run_queue *queue = &cpus[i]->queue;
        uint64_t pass = queue_running_pass(queue, now);
        if (pass != UINT64_MAX && __atomic_load_n(&queue->ready_count, __ATOMIC_RELAXED) == 0)
            virtual_now_reaches(pass);
    }
    return __atomic_load_n(&virtual_now, __ATOMIC_RELAXED);
}

/*
 * Contract: run_queue.h. `ran` grows by the time since `began`, `began` becomes `now`. Where `now` is
 * before `began`, since another CPU's clock was a little ahead, that is no time. Then, but not for the idle
 * thread, the pass: it grows by pass_for; virtual_now reaches the smallest pass among the running
 * thread and those ready here (virtual_now_reaches); and the thread's is at most LAG_MAX behind
 * virtual_now.
 */
void queue_charge(struct cpu *cpu, nanos_t now)
{
    /* EXERCISE 3.6a (15 points): time has its price. */
    struct thread *thread = cpu->thread;
    nanos_t time = now > thread->began ? now - thread->began : 0;

    thread->began = now;
    thread->ran += time;
    if (thread == cpu->queue.idle)
        return;
    thread->node.key += pass_for(time, thread->weight);

    const struct thread *first = queue_first(&cpu->queue);
    bool behind = first && first->node.key < thread->node.key;
    virtual_now_reaches(behind ? first->node.key : thread->node.key);

    uint64_t front = __atomic_load_n(&virtual_now, __ATOMIC_RELAXED);
    if (thread->node.key + LAG_MAX < front)
        thread->node.key = front - LAG_MAX;
    /* END EXERCISE 3.6a */
}

void queue_show(struct cpu *cpu)
{
    struct run_queue *queue = &cpu->queue;
    const struct thread *thread = cpu->thread;
    uint32_t weight = thread == queue->idle ? 0 : thread->weight;

    __atomic_store_n(&queue->seen.pass, thread->node.key, __ATOMIC_RELAXED);
    __atomic_store_n(&queue->seen.began, thread->began, __ATOMIC_RELAXED);
    __atomic_store_n(&queue->seen.weight, weight, __ATOMIC_RELAXED);
}

void queue_run(struct cpu *cpu, struct thread *thread, nanos_t now)
{
    thread->state = THREAD_RUNNING;
    thread->began = now;
    cpu->thread = thread;
    cpu->queue.slice_end = now + SLICE;
    cpu->queue.preempt_wanted = false;
    queue_show(cpu);
}

/*
 * Contract: run_queue.h. The lock is held. There are two reasons to look again: the first timer of
 * all that wait, and the end of the running thread's slice. The slice counts only if another thread
 * is ready and the one that runs is not idle; nor does it count once preempt_wanted says that it is
 * over: an interrupt that came again and again, until the thread has given way, would leave it no
 * time to.
 * A timer that is armed for an earlier time may stay: it is cheaper to look once too often than to
 * write the timer's registers at each switch. So `armed` is kept, and clock_interrupt_at is called
 * only for an earlier time than that.
 */
void queue_arm(struct cpu *cpu)
{
    /* EXERCISE 3.6b (15 points): no ticks. */
    struct run_queue *queue = &cpu->queue;
    bool sliced = queue->ready.first && !queue->preempt_wanted && cpu->thread != queue->idle;
    nanos_t at = sliced ? queue->slice_end : UINT64_MAX;

    if (queue->timers.first && queue->timers.first->key < at)
        at = queue->timers.first->key;
    if (at < queue->armed) {
        queue->armed = at;
        clock_interrupt_at(at);
    }
    /* END EXERCISE 3.6b */
}
