/* Ticket locks: draw a number, wait until it is called. */
#include "sync/spinlock.h"

#include "exercise.h"
#include "smp/cpu.h"
#include "smp/shootdown.h"
#include "smp/smp.h"

/* Draws a ticket, and waits for its turn. */
static void wait_for_turn(struct spinlock *lock)
{
    /* EXERCISE 3.4a (10 points): wait in line. */
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket) {
        shootdown_poll(); /* whoever holds the lock may wait for this CPU (smp/shootdown.h) */
        pause();
    }
    /* END EXERCISE 3.4a */
}

/* Calls the next ticket. */
static void call_next(struct spinlock *lock)
{
    /* EXERCISE 3.4b (10 points): the next one, please. */
    __atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
    /* END EXERCISE 3.4b */
}

void spin_take(struct spinlock *lock)
{
    if (smp_active)
        wait_for_turn(lock);
    lock->holder = cpu_number() + 1;
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
