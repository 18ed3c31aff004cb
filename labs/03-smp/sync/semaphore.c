/*
 * Semaphores: how many may pass, and how many wait, in one word of 64 bits. So a post sees both at
 * one moment, and need not look again when the semaphore may be gone: whom it let pass may be the
 * one who destroys it.
 */
#include <errno.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>

#include "exercise.h"
#include "sync/deadline.h"
#include "sync/futex.h"

#define VALUE(state)   ((uint32_t)(state))
#define WAITERS(state) ((uint32_t)((state) >> 32))
#define ONE_WAITER     (1ul << 32)

/* The futex: the half of the word with the value. */
static uint32_t *value_word(sem_t *sem)
{
    return (uint32_t *)&sem->state;
}

/* Takes one away from the value, and `also` from the word, unless the value is 0. */
static bool take(sem_t *sem, uint64_t also)
{
    uint64_t state = __atomic_load_n(&sem->state, __ATOMIC_RELAXED);

    while (VALUE(state) > 0)
        if (__atomic_compare_exchange_n(&sem->state, &state, state - 1 - also, false,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return true;
    return false;
}

/* The value was 0 a moment ago. Waits until the deadline: 0 or ETIMEDOUT. */
static int sem_wait_until(sem_t *sem, nanos_t deadline)
{
    /* EXERCISE 3.7g (10 points): wait for a post. */
    __atomic_fetch_add(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
    while (!take(sem, ONE_WAITER))
        if (futex_wait(value_word(sem), 0, deadline) == -ETIMEDOUT) {
            __atomic_fetch_sub(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
            return ETIMEDOUT;
        }
    return 0;
    /* END EXERCISE 3.7g */
}

/* 0, or -1 with errno set. */
static int answer(int error)
{
    if (error)
        errno = error;
    return error ? -1 : 0;
}

int sem_post(sem_t *sem)
{
    uint64_t state = __atomic_load_n(&sem->state, __ATOMIC_RELAXED);

    /* EXERCISE 3.7h (10 points): one more, and wake. */
    do
        if (VALUE(state) == SEM_VALUE_MAX)
            return answer(EOVERFLOW);
    while (!__atomic_compare_exchange_n(&sem->state, &state, state + 1, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
    if (WAITERS(state) > 0)
        futex_wake(value_word(sem), 1);
    return 0;
    /* END EXERCISE 3.7h */
}

int sem_wait(sem_t *sem)
{
    return take(sem, 0) ? 0 : answer(sem_wait_until(sem, UINT64_MAX));
}

int sem_trywait(sem_t *sem)
{
    return take(sem, 0) ? 0 : answer(EAGAIN);
}

int sem_clockwait(sem_t *restrict sem, clockid_t clock, const struct timespec *restrict when)
{
    nanos_t deadline;

    if (take(sem, 0))
        return 0;
    int error = deadline_at(clock, when, &deadline);
    return answer(error ? error : sem_wait_until(sem, deadline));
}

int sem_timedwait(sem_t *restrict sem, const struct timespec *restrict when)
{
    return sem_clockwait(sem, CLOCK_REALTIME, when);
}

int sem_getvalue(sem_t *restrict sem, int *restrict value)
{
    *value = VALUE(__atomic_load_n(&sem->state, __ATOMIC_RELAXED));
    return 0;
}

int sem_init(sem_t *sem, int shared, unsigned value)
{
    if (value > SEM_VALUE_MAX)
        return answer(EINVAL);
    sem->state = value;
    return 0;
}

int sem_destroy(sem_t *sem)
{
    return 0;
}
