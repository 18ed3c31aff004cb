/*
 * Spinlocks: for a few instructions, among processors and interrupt handlers.
 *
 * Fair: who asks first gets it first (a ticket lock). Interrupts are off while one is held, so a
 * handler can never wait for the code that it has interrupted. Nothing that may block, or take
 * long, is done with one held.
 *
 * While one processor alone runs kernel code (smp_active is false, smp/smp.h), interrupts off are
 * lock enough: nothing is waited for then. So nothing is after cpus_stop_others (smp/stop.h), when
 * the others are gone and what they held does not matter any more.
 *
 * With LOCKS=debug the linker puts sync/lock_debug.c before spin_take and spin_release.
 *
 * Source: Mellor-Crummey and Scott, "Algorithms for scalable synchronization on shared-memory
 * multiprocessors" (1991), §2.2 (the ticket lock); Intel SDM vol. 3A §8.2 (memory ordering).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "x86.h"

struct spinlock {
    uint32_t next;    /* the ticket that the next one to come draws */
    uint32_t serving; /* the ticket whose turn it is */
    uint32_t holder;  /* the number of the CPU that holds it, plus 1; 0: nobody */
    const char *name; /* for reports; NULL: its address is said instead */
};

/* A free lock with a name. One without is all zeros. */
#define SPINLOCK(its_name)                                                                         \
    {                                                                                              \
        .name = its_name                                                                           \
    }

/* The lock that each CPU waits for at this moment, or NULL. For GDB. */
extern const struct spinlock *spin_waits[];

/* Waits for the lock, and flushes what other CPUs ask for meanwhile. Interrupts are off already. */
void spin_take(struct spinlock *lock);

/* Gives the lock to who has waited longest. Interrupts stay off. */
void spin_release(struct spinlock *lock);

/* Switches interrupts off and waits for the lock; returns RFLAGS as it was, for spin_unlock. */
static inline uint64_t spin_lock(struct spinlock *lock)
{
    uint64_t flags = interrupts_save();
    spin_take(lock);
    return flags;
}

static inline void spin_unlock(struct spinlock *lock, uint64_t flags)
{
    spin_release(lock);
    interrupts_restore(flags);
}

/* Whether the calling CPU holds it. Interrupts are off. */
bool spin_held(const struct spinlock *lock);
