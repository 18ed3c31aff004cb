/*
 * Mutexes: one word, which names the holder. Taking a free one, or giving back one that nobody
 * waits for, is one atomic instruction. Who finds it taken looks again a few times, and then sleeps.
 *
 * The word is 0 while the mutex is free; else it is the holder's id, with WAITERS if a thread may
 * be waiting for it. WAITERS without a waiter costs an unlock a look for nothing; a waiter without
 * WAITERS sleeps for ever.
 *
 * Sources: Drepper, "Futexes are tricky" (2011), §5 and §6, whose states 0, 1 and 2 these are;
 * Karlin, Li, Manasse and Owicki, "Empirical studies of competitive spinning for a shared-memory
 * multiprocessor" (1991), for how long to look; Anderson, "The performance of spin lock
 * alternatives for shared-memory multiprocessors" (1990), for looking less and less often.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "exercise.h"
#include "smp/smp.h"
#include "sync/deadline.h"
#include "sync/futex.h"
#include "sync/self.h"
#include "x86.h"

#define WAITERS SELF_SPARE

/* PAUSEs between two looks at a mutex. All together take as long as to sleep and be woken again. */
#define PAUSES_FIRST 4
#define PAUSES_LAST  64

/* Takes a free mutex; says in its word what `word` is. */
static inline bool take(pthread_mutex_t *mutex, uint32_t word)
{
    uint32_t expected = 0;

    return __atomic_compare_exchange_n(&mutex->word, &expected, word, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static inline bool is_own(const pthread_mutex_t *mutex)
{
    return (__atomic_load_n(&mutex->word, __ATOMIC_RELAXED) & ~WAITERS) == self_id();
}

/* For the calling thread, which holds it already: 0 or an error, as its type wants it. */
static int take_again(pthread_mutex_t *mutex)
{
    if (mutex->type == PTHREAD_MUTEX_ERRORCHECK)
        return EDEADLK;
    if (mutex->depth == UINT32_MAX)
        return EAGAIN;
    mutex->depth++;
    return 0;
}

/*
 * Looks for a short while whether a holder on another processor gives it back. Each look takes the
 * word's cache line from the holder, so it has more and more time in between. Who is unlucky, and
 * sleeps after all, has lost no more time than the sleep costs.
 */
static bool take_soon(pthread_mutex_t *mutex)
{
    for (uint32_t pauses = PAUSES_FIRST; smp_active && pauses <= PAUSES_LAST; pauses *= 2) {
        for (uint32_t i = 0; i < pauses; i++)
            pause();
        if (__atomic_load_n(&mutex->word, __ATOMIC_RELAXED) == 0 && take(mutex, self_id()))
            return true;
    }
    return false;
}

/* The mutex was not free a moment ago. Waits for it until the deadline: 0 or ETIMEDOUT. */
static int mutex_wait(pthread_mutex_t *mutex, nanos_t deadline)
{
    /* EXERCISE 3.7c (10 points): wait for the holder. */
    uint32_t mine = self_id();

    while (!take(mutex, mine)) {
        uint32_t word = __atomic_load_n(&mutex->word, __ATOMIC_RELAXED);
        if (word == 0)
            continue;
        if (!(word & WAITERS) &&
            !__atomic_compare_exchange_n(&mutex->word, &word, word | WAITERS, false,
                                         __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            continue;
        if (futex_wait(&mutex->word, word | WAITERS, deadline) == -ETIMEDOUT)
            return ETIMEDOUT;
        mine |= WAITERS; /* others may wait, too: the word has forgotten them */
    }
    return 0;
    /* END EXERCISE 3.7c */
}

static int lock_slowly(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *when)
{
    nanos_t deadline;

    if (mutex->type != PTHREAD_MUTEX_NORMAL && is_own(mutex))
        return take_again(mutex);
    int error = deadline_at(clock, when, &deadline);
    if (error || take_soon(mutex))
        return error;
    return mutex_wait(mutex, deadline);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    return take(mutex, self_id()) ? 0 : lock_slowly(mutex, CLOCK_MONOTONIC, NULL);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict when)
{
    return take(mutex, self_id()) ? 0 : lock_slowly(mutex, CLOCK_REALTIME, when);
}

int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex, clockid_t clock,
                            const struct timespec *restrict when)
{
    return take(mutex, self_id()) ? 0 : lock_slowly(mutex, clock, when);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    if (take(mutex, self_id()))
        return 0;
    if (mutex->type == PTHREAD_MUTEX_RECURSIVE && is_own(mutex))
        return take_again(mutex);
    return EBUSY;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (mutex->type != PTHREAD_MUTEX_NORMAL) {
        if (!is_own(mutex))
            return EPERM;
        if (mutex->depth > 0) {
            mutex->depth--;
            return 0;
        }
    }
    /* EXERCISE 3.7d (10 points): give it back. */
    if (__atomic_exchange_n(&mutex->word, 0, __ATOMIC_RELEASE) & WAITERS)
        futex_wake(&mutex->word, 1); /* by its address: the mutex itself may be gone */
    /* END EXERCISE 3.7d */
    return 0;
}

int pthread_mutex_init(pthread_mutex_t *restrict mutex,
                       const pthread_mutexattr_t *restrict attributes)
{
    *mutex = (pthread_mutex_t){.type = attributes ? attributes->type : PTHREAD_MUTEX_DEFAULT};
    return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    return __atomic_load_n(&mutex->word, __ATOMIC_RELAXED) ? EBUSY : 0;
}

int pthread_mutexattr_init(pthread_mutexattr_t *attributes)
{
    attributes->type = PTHREAD_MUTEX_DEFAULT;
    return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attributes)
{
    return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attributes, int type)
{
    if (type != PTHREAD_MUTEX_NORMAL && type != PTHREAD_MUTEX_RECURSIVE &&
        type != PTHREAD_MUTEX_ERRORCHECK)
        return EINVAL;
    attributes->type = type;
    return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *restrict attributes, int *restrict type)
{
    *type = attributes->type;
    return 0;
}
