/*
 * Spinlocks: for a few instructions, among processors and interrupt handlers.
 *
 * Fair: who asks first gets it first (a ticket lock). Interrupts are off while one is held, so a
 * handler can never wait for the code that it has interrupted. Nothing that may block, or take
 * long, is done with one held.
 *
 * While one processor alone runs kernel code (smp_active is false, smp/smp.h), interrupts off are
 * lock enough: nothing is waited for then.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "x86.h"

struct spinlock {
    uint32_t next;    /* the ticket that the next one to come draws */
    uint32_t serving; /* the ticket whose turn it is */
    uint32_t holder;  /* the number of the CPU that holds it, plus 1; 0: nobody */
};

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
