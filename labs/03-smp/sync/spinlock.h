/*
 * Spinlocks: for a few instructions, among processors and interrupt handlers.
 *
 * Fair: who asks first gets it first (a ticket lock). Interrupts are off while one is held, so a
 * handler can never wait for the code that it has interrupted. Nothing that may block, fault in a
 * page, or take long is done with one held.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "smp/shootdown.h"
#include "x86.h"

struct spinlock {
    uint32_t next;    /* the ticket that the next one to come draws */
    uint32_t serving; /* the ticket whose turn it is */
};

/* Waits for the lock. Interrupts are off already, and stay so. */
static inline void spin_take(struct spinlock *lock)
{
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket) {
        shootdown_poll(); /* whoever holds the lock may wait for this CPU (smp/shootdown.h) */
        pause();
    }
}

static inline void spin_release(struct spinlock *lock)
{
    __atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

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

/* Whether somebody holds it. For checks only: it may have changed by the time of the answer. */
static inline bool spin_is_locked(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->next, __ATOMIC_RELAXED) !=
           __atomic_load_n(&lock->serving, __ATOMIC_RELAXED);
}
