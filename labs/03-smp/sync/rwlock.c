/*
 * Read-write locks: many readers, or one writer. Made of a mutex and two condition variables; the
 * mutex is held for a few instructions, never while somebody reads or writes.
 *
 * As with glibc, readers go first: a thread may read-lock once more what it has read-locked,
 * although a writer waits.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "sync/self.h"

/* How long a caller is willing to wait: not at all, for ever (`when` NULL), or until then. */
struct patience {
    bool none;
    clockid_t clock;
    const struct timespec *when;
};

static const struct patience none = {.none = true}, endless = {.clock = CLOCK_MONOTONIC};

static bool is_free_for(const pthread_rwlock_t *lock, bool writing)
{
    return lock->writer == 0 && !(writing && lock->readers > 0);
}

/* Waits until nobody is in the way. The guard is held. */
static int rwlock_wait(pthread_rwlock_t *lock, bool writing, struct patience patience)
{
    pthread_cond_t *turn = writing ? &lock->writers_turn : &lock->readers_turn;
    int error = 0;

    if (patience.none)
        return is_free_for(lock, writing) ? 0 : EBUSY;
    if (lock->writer == self_id())
        return EDEADLK;
    while (!is_free_for(lock, writing) && !error)
        error = pthread_cond_clockwait(turn, &lock->guard, patience.clock, patience.when);
    return is_free_for(lock, writing) ? 0 : error;
}

static int lock_for(pthread_rwlock_t *lock, bool writing, struct patience patience)
{
    pthread_mutex_lock(&lock->guard);
    int error = rwlock_wait(lock, writing, patience);
    if (!error && writing)
        lock->writer = self_id();
    else if (!error)
        lock->readers++;
    pthread_mutex_unlock(&lock->guard);
    return error;
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    int error = 0;

    pthread_mutex_lock(&lock->guard);
    if (lock->writer == self_id()) {
        lock->writer = 0;
        pthread_cond_broadcast(&lock->readers_turn);
    } else if (lock->readers > 0)
        lock->readers--;
    else
        error = EPERM;
    if (is_free_for(lock, true))
        pthread_cond_signal(&lock->writers_turn);
    pthread_mutex_unlock(&lock->guard);
    return error;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    return lock_for(lock, false, endless);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    return lock_for(lock, true, endless);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    return lock_for(lock, false, none);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    return lock_for(lock, true, none);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                               const struct timespec *restrict when)
{
    return lock_for(lock, false, (struct patience){.clock = clock, .when = when});
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                               const struct timespec *restrict when)
{
    return lock_for(lock, true, (struct patience){.clock = clock, .when = when});
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock,
                               const struct timespec *restrict when)
{
    return pthread_rwlock_clockrdlock(lock, CLOCK_REALTIME, when);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock,
                               const struct timespec *restrict when)
{
    return pthread_rwlock_clockwrlock(lock, CLOCK_REALTIME, when);
}

int pthread_rwlock_init(pthread_rwlock_t *restrict lock,
                        const pthread_rwlockattr_t *restrict attributes)
{
    *lock = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
    return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    pthread_mutex_lock(&lock->guard); /* whoever unlocked it last is out of it then */
    bool is_free = is_free_for(lock, true);
    pthread_mutex_unlock(&lock->guard);
    if (!is_free)
        return EBUSY;
    pthread_cond_destroy(&lock->readers_turn);
    pthread_cond_destroy(&lock->writers_turn);
    return 0;
}

int pthread_rwlockattr_init(pthread_rwlockattr_t *attributes)
{
    return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attributes)
{
    return 0;
}
