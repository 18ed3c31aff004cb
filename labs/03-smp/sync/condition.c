/*
 * Condition variables: a number that each signal changes. Who waits has read it while he held the
 * mutex, so that a signal between his unlock and his sleep is seen.
 *
 * Nothing but an address is left of a condition variable in those that have been woken when the
 * last of them has left (sync/users.h): it may be destroyed right after a broadcast.
 */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>

#include "exercise.h"
#include "sync/deadline.h"
#include "sync/futex.h"
#include "sync/users.h"

/* Waits until the deadline. The caller holds the mutex, before and after: 0, ETIMEDOUT or EPERM. */
static int cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, nanos_t deadline)
{
    /* EXERCISE 3.7e (10 points): let go of the mutex, and wait. */
    users_enter(&cond->users);
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);

    int error = pthread_mutex_unlock(mutex);
    int ended = error ? 0 : futex_wait(&cond->sequence, sequence, deadline);
    users_leave(&cond->users);
    if (error)
        return error;
    pthread_mutex_lock(mutex);
    return ended == -ETIMEDOUT ? ETIMEDOUT : 0;
    /* END EXERCISE 3.7e */
}

/* Wakes up to `count` of those that wait. */
static void cond_wake(pthread_cond_t *cond, uint32_t count)
{
    if (__atomic_load_n(&cond->users, __ATOMIC_RELAXED) == 0)
        return; /* a waiter would have entered before he gave back the mutex */
    /* EXERCISE 3.7f (10 points): no waiter may miss it. */
    __atomic_fetch_add(&cond->sequence, 1, __ATOMIC_RELAXED);
    futex_wake(&cond->sequence, count);
    /* END EXERCISE 3.7f */
}

int pthread_cond_wait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex)
{
    return cond_wait_until(cond, mutex, UINT64_MAX);
}

int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           clockid_t clock, const struct timespec *restrict when)
{
    nanos_t deadline;
    int error = deadline_at(clock, when, &deadline);

    return error ? error : cond_wait_until(cond, mutex, deadline);
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict when)
{
    return pthread_cond_clockwait(cond, mutex, cond->clock, when);
}

int pthread_cond_signal(pthread_cond_t *cond)
{
    cond_wake(cond, 1);
    return 0;
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
    cond_wake(cond, FUTEX_ALL);
    return 0;
}

int pthread_cond_init(pthread_cond_t *restrict cond, const pthread_condattr_t *restrict attributes)
{
    *cond = (pthread_cond_t){.clock = attributes ? attributes->clock : CLOCK_REALTIME};
    return 0;
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
    users_close(&cond->users);
    return 0;
}

int pthread_condattr_init(pthread_condattr_t *attributes)
{
    attributes->clock = CLOCK_REALTIME;
    return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attributes)
{
    return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attributes, clockid_t clock)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    attributes->clock = clock;
    return 0;
}

int pthread_condattr_getclock(const pthread_condattr_t *restrict attributes,
                              clockid_t *restrict clock)
{
    *clock = attributes->clock;
    return 0;
}
