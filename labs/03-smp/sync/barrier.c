/*
 * Barriers: how many have come, and in which round, in one word of 64 bits. The last one to come
 * begins the next round in the same step, so that a quick thread may be in it at once.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "exercise.h"
#include "sync/futex.h"
#include "sync/users.h"

#define COME(state)  ((uint32_t)(state))
#define ROUND(state) ((uint32_t)((state) >> 32))

/* The futex: the half of the word with the round. */
static uint32_t *round_word(pthread_barrier_t *barrier)
{
    return (uint32_t *)&barrier->state + 1;
}

/* Waits for the others; whether the caller was the last. */
static bool barrier_come(pthread_barrier_t *barrier)
{
    /* EXERCISE 3.7i (10 points): all, or nobody. */
    uint64_t state = __atomic_load_n(&barrier->state, __ATOMIC_RELAXED), next;
    do
        next = COME(state) + 1 == barrier->count ? (uint64_t)(ROUND(state) + 1) << 32 : state + 1;
    while (!__atomic_compare_exchange_n(&barrier->state, &state, next, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED));
    if (COME(next) == 0) {
        futex_wake(round_word(barrier), FUTEX_ALL);
        return true;
    }
    while (__atomic_load_n(round_word(barrier), __ATOMIC_ACQUIRE) == ROUND(state))
        futex_wait(round_word(barrier), ROUND(state), UINT64_MAX);
    return false;
    /* END EXERCISE 3.7i */
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    users_enter(&barrier->users);
    bool last = barrier_come(barrier);
    users_leave(&barrier->users);
    return last ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

int pthread_barrier_init(pthread_barrier_t *restrict barrier,
                         const pthread_barrierattr_t *restrict attributes, unsigned count)
{
    if (count == 0)
        return EINVAL;
    *barrier = (pthread_barrier_t){.count = count};
    return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    if (COME(__atomic_load_n(&barrier->state, __ATOMIC_RELAXED)) > 0)
        return EBUSY;
    users_close(&barrier->users);
    return 0;
}

int pthread_barrierattr_init(pthread_barrierattr_t *attributes)
{
    return 0;
}

int pthread_barrierattr_destroy(pthread_barrierattr_t *attributes)
{
    return 0;
}
