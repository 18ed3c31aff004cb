/* On which processor a thread runs: chosen when it becomes ready, corrected by those who idle. */
#include "threads/placement.h"

#include <stddef.h>

#include "exercise.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "threads/scheduler.h"
#include "threads/thread.h"

/* How far a woken thread must be behind the running one to be let in before the slice's end. */
#define GRAIN (PASS_SLICE / 4)

/* How far a running thread must be ahead of a ready one elsewhere to have to share its CPU. */
#define MARGIN (2 * PASS_SLICE)

/* Bit n: CPU n has nothing to do, and nobody has taken it yet. */
static uint64_t idle_cpus;

/* An idle CPU, `wanted` if that is one, which is nobody else's from now on; NULL: all are busy. */
static struct cpu *claim_idle(const struct cpu *wanted)
{
    uint64_t idle = __atomic_load_n(&idle_cpus, __ATOMIC_RELAXED);

    while (idle) {
        uint64_t bit = idle & 1ul << wanted->number;
        if (!bit)
            bit = idle & -idle;
        idle = __atomic_fetch_and(&idle_cpus, ~bit, __ATOMIC_SEQ_CST);
        if (idle & bit)
            return cpus[__builtin_ctzl(bit)];
    }
    return NULL;
}

/*
 * Makes `cpu` the home of a thread that is in no queue, and queues it there, not more than `lag`
 * behind virtual_now (virtual_now_update). Interrupts are off, no lock is held. Then the CPU must
 * look, if
 * - it idles: it may be on its way to halt;
 * - its running thread is more than GRAIN ahead of the new one: preempt_wanted is set;
 * - or nobody waited there until now: then its timer is armed for no slice.
 * The CPU that calls arms its timer itself (queue_arm); another one is sent VECTOR_RESCHEDULE, once
 * it can find the thread. Returns whether the calling CPU's running thread is to give way.
 */
static bool put(struct thread *thread, struct cpu *cpu, uint64_t lag)
{
    struct run_queue *queue = &cpu->queue;

    spin_take(&queue->lock);
    /* EXERCISE 3.6c (15 points): ready, where, and who is told. */
    nanos_t now = clock_now();
    uint64_t front = virtual_now_update(now);
    bool idle = cpu->thread == queue->idle, look = idle || !queue->ready.first;

    if (thread->node.key + lag < front)
        thread->node.key = front - lag;
    if (!idle && thread->node.key + GRAIN < queue_running_pass(queue, now))
        look = queue->preempt_wanted = true;
    thread->home = cpu;
    queue_push(queue, thread);
    if (cpu == this_cpu())
        queue_arm(cpu);
    bool mine = cpu == this_cpu() && queue->preempt_wanted;
    spin_release(&queue->lock);
    if (look && cpu != this_cpu())
        lapic_send(cpu->apic_id, VECTOR_RESCHEDULE);
    return mine;
    /* END EXERCISE 3.6c */
}

/* A CPU may have found nothing to do, and begun to idle, just before the thread was there to find. */
bool thread_place(struct thread *thread)
{
    struct cpu *home = thread->home, *idle = claim_idle(home);
    bool mine = put(thread, idle ? idle : home, LEAD);

    if (!idle) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        idle = claim_idle(home);
        if (idle && idle != this_cpu())
            lapic_send(idle->apic_id, VECTOR_RESCHEDULE);
    }
    return mine;
}

/* Of those with the fewest ready threads, the next one in turn. */
struct cpu *cpu_with_room(void)
{
    static uint32_t turn;
    struct cpu *found = NULL;
    uint32_t first = __atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED), fewest = UINT32_MAX;

    for (uint32_t i = 0; i < cpu_count; i++) {
        struct cpu *cpu = cpus[(first + i) % cpu_count];
        uint32_t ready = __atomic_load_n(&cpu->queue.ready_count, __ATOMIC_RELAXED);
        if (cpu->online && ready < fewest) {
            fewest = ready;
            found = cpu;
        }
    }
    return found;
}

/*
 * The CPU with the most ready threads that wait there for others: the first one on a CPU that idles
 * does not, since that CPU was told of it. NULL: there are none but perhaps on `except`. A CPU that
 * goes over from idling to its first thread may be taken for idle a moment too long: then what waits
 * behind it is given away at the slice's end (give_away).
 */
static struct cpu *busiest(const struct cpu *except)
{
    struct cpu *found = NULL;
    uint32_t most = 0;

    for (uint32_t i = 0; i < cpu_count; i++) {
        const struct run_queue *queue = &cpus[i]->queue;
        uint32_t ready = __atomic_load_n(&queue->ready_count, __ATOMIC_RELAXED);
        if (ready && __atomic_load_n(&queue->seen.weight, __ATOMIC_RELAXED) == 0)
            ready--;
        if (cpus[i] != except && ready > most) {
            most = ready;
            found = cpus[i];
        }
    }
    return found;
}

/*
 * Contract: placement.h. Interrupts are off, no lock is held. That this CPU is idle was said before
 * it looks: a thread that comes after the look finds the bit.
 * `victim` is the CPU with the longest queue. The first thread of it moves to this one (put); two
 * locks are never held at once. Another CPU may have been quicker, so that there is none: then look
 * for a victim again, until nobody waits anywhere.
 */
bool find_work(struct cpu *cpu)
{
    struct cpu *victim;

    __atomic_fetch_or(&idle_cpus, 1ul << cpu->number, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&cpu->queue.ready_count, __ATOMIC_RELAXED))
        return true;
    while ((victim = busiest(cpu))) {
        /* EXERCISE 3.6d (15 points): take work from who has too much. */
        spin_take(&victim->queue.lock);
        struct thread *thread = queue_pop(&victim->queue);
        spin_release(&victim->queue.lock);
        if (thread) {
            put(thread, cpu, LAG_MAX);
            return true;
        }
        /* END EXERCISE 3.6d */
    }
    return false;
}

void idle_ends(const struct cpu *cpu)
{
    __atomic_fetch_and(&idle_cpus, ~(1ul << cpu->number), __ATOMIC_SEQ_CST);
}

/*
 * Contract: placement.h. Interrupts are off, no lock is held. Looks for the CPU that is online, other
 * than this one, whose running thread has come furthest (queue_running_pass; no lock is needed to
 * look). One that never came up seems to idle, further than all; whoever is put there runs no more.
 * If the one found is more than MARGIN ahead of the first ready thread here, that thread moves there
 * (put). It is taken out and looked at under the lock: it may have gone meanwhile.
 */
void give_away(struct cpu *cpu)
{
    /* EXERCISE 3.6e (15 points): shares across processors. */
    struct run_queue *queue = &cpu->queue;
    struct cpu *ahead = NULL;
    uint64_t most = 0;
    nanos_t now = clock_now();

    for (uint32_t i = 0; i < cpu_count; i++) {
        if (cpus[i] == cpu || !cpus[i]->online)
            continue;
        uint64_t pass = queue_running_pass(&cpus[i]->queue, now);
        if (pass > most) {
            most = pass;
            ahead = cpus[i];
        }
    }
    spin_take(&queue->lock);
    struct thread *first = queue_first(queue);
    bool moves = first && first->node.key + MARGIN < most;
    if (moves)
        queue_pop(queue);
    spin_release(&queue->lock);
    if (moves)
        put(first, ahead, LAG_MAX);
    /* END EXERCISE 3.6e */
}
