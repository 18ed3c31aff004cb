/* Ticket locks: draw a number, wait until it is called. */
#include "sync/spinlock.h"

#include <stddef.h>

#include "exercise.h"
#include "smp/cpu.h"
#include "smp/shootdown.h"
#include "smp/smp.h"

const struct spinlock *spin_waits[CPUS_MAX];

/*
 * Waits in line, with pause() in the loop. Once at each turn of the loop, shootdown_poll: who holds
 * the lock may itself wait for this CPU, whose interrupts are off (smp/shootdown.h).
 *
 * What the holder before has written is seen afterwards: say so to the compiler by the memory
 * orders of __atomic_… (the processor orders loads among themselves and stores among themselves).
 */
static void wait_for_turn(struct spinlock *lock)
{
    /* EXERCISE 3.4a (10 points): wait in line. */
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket) {
        shootdown_poll();
        pause();
    }
    /* END EXERCISE 3.4a */
}

/* Calls the next ticket, whether somebody has it or not. */
static void call_next(struct spinlock *lock)
{
    /* EXERCISE 3.4b (10 points): the next one, please. */
    __atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
    /* END EXERCISE 3.4b */
}

void spin_take(struct spinlock *lock)
{
    uint32_t number = cpu_number();

    if (smp_active) {
        spin_waits[number] = lock;
        wait_for_turn(lock);
        spin_waits[number] = NULL;
    }
    lock->holder = number + 1;
}

void spin_release(struct spinlock *lock)
{
    lock->holder = 0;
    if (smp_active)
        call_next(lock);
}

bool spin_held(const struct spinlock *lock)
{
    return lock->holder == cpu_number() + 1;
}
