/*
 * POSIX threads: threads and their data; below, how they wait for each other.
 *
 * All functions that return int return 0 or an error's number, and leave errno alone. There are no
 * signals and no cancellation. Meant for programs that compile on Linux, too.
 */
#ifndef _PTHREAD_H
#define _PTHREAD_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* ---- threads ---------------------------------------------------------------------------------- */

typedef struct thread *pthread_t;

/* How a thread is to be made. */
typedef struct {
    size_t stack_size; /* bytes that its stack may grow to */
    size_t guard_size; /* as it was set; a stack always has a page on each side */
    int detach_state;
    int inherit_sched; /* whether what follows counts */
    int policy;
    int priority;
} pthread_attr_t;

#define PTHREAD_CREATE_JOINABLE 0
#define PTHREAD_CREATE_DETACHED 1

/*
 * Makes a thread that calls start(argument); `attributes` NULL: as pthread_attr_init leaves them.
 * EAGAIN: there is no memory for it, and nothing has changed.
 */
int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                   void *start(void *), void *restrict argument);

/*
 * Ends the calling thread, after the destructors of its keys. The machine goes on until main
 * returns, exit is called, or the last thread has ended (then its status is 0).
 */
_Noreturn void pthread_exit(void *result);

/*
 * Waits for a thread's end and takes its result (`result` may be NULL); the thread is gone then.
 * EDEADLK: it is the caller; EINVAL: it is detached, or somebody joins it already.
 */
int pthread_join(pthread_t thread, void **result);

/* A thread that nobody will join: it is gone when it ends. EINVAL: it is detached, or joined. */
int pthread_detach(pthread_t thread);

pthread_t pthread_self(void);
int pthread_equal(pthread_t one, pthread_t other); /* 0 where they differ */

/* EINVAL: a size below PTHREAD_STACK_MIN or beyond what a stack can be (1 MiB less two pages). */
int pthread_attr_init(pthread_attr_t *attributes);
int pthread_attr_destroy(pthread_attr_t *attributes);
int pthread_attr_setdetachstate(pthread_attr_t *attributes, int state);
int pthread_attr_getdetachstate(const pthread_attr_t *attributes, int *state);
int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size);
int pthread_attr_getstacksize(const pthread_attr_t *restrict attributes, size_t *restrict size);
int pthread_attr_setguardsize(pthread_attr_t *attributes, size_t size);
int pthread_attr_getguardsize(const pthread_attr_t *restrict attributes, size_t *restrict size);

/* ---- shares of the processor (sched.h) ---------------------------------------------------------- */

#define PTHREAD_INHERIT_SCHED  0 /* a new thread has its maker's priority */
#define PTHREAD_EXPLICIT_SCHED 1 /* it has what the attributes say */

/* EINVAL: no such policy or priority; ENOTSUP: a policy that there is elsewhere. */
int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *param);
int pthread_getschedparam(pthread_t thread, int *restrict policy,
                          struct sched_param *restrict param);
int pthread_setschedprio(pthread_t thread, int priority);
int pthread_attr_setinheritsched(pthread_attr_t *attributes, int inherit);
int pthread_attr_getinheritsched(const pthread_attr_t *restrict attributes, int *restrict inherit);
int pthread_attr_setschedpolicy(pthread_attr_t *attributes, int policy);
int pthread_attr_getschedpolicy(const pthread_attr_t *restrict attributes, int *restrict policy);
int pthread_attr_setschedparam(pthread_attr_t *restrict attributes,
                               const struct sched_param *restrict param);
int pthread_attr_getschedparam(const pthread_attr_t *restrict attributes,
                               struct sched_param *restrict param);

/* ---- data of each thread; `__thread` is quicker where no destructor is needed ------------------- */

typedef uint32_t pthread_key_t;

/*
 * A key for which every thread has a value, NULL at first. Where it is not NULL when a thread ends,
 * `destructor` (or NULL) is called with it, up to PTHREAD_DESTRUCTOR_ITERATIONS times as long as
 * destructors set values anew. EAGAIN: PTHREAD_KEYS_MAX of them are in use.
 */
int pthread_key_create(pthread_key_t *key, void destructor(void *));

/* Calls no destructors. EINVAL: no such key. */
int pthread_key_delete(pthread_key_t key);

void *pthread_getspecific(pthread_key_t key);
int pthread_setspecific(pthread_key_t key, const void *value);

/* ---- waiting for each other ------------------------------------------------------------------- */

/*
 * A time-out is a point in time, of CLOCK_REALTIME where no clock is named: ETIMEDOUT once it has
 * come. EINVAL: it has no valid tv_nsec, or there is no such clock; that is looked at only where
 * there is reason to wait. Memory that the caller wrote before an unlock, signal or post is seen by
 * whoever goes on after it.
 *
 * All types are for one address space. What has been initialised owns no memory. To destroy what
 * somebody holds or waits for is an error (EBUSY where it can be told).
 */

/* The first call for a `once` calls function(); no call returns before that has returned. */
typedef uint32_t pthread_once_t;
#define PTHREAD_ONCE_INIT 0
int pthread_once(pthread_once_t *once, void function(void));

/*
 * Mutexes. The types differ in what a lock by the holder does: NORMAL waits for itself for ever;
 * RECURSIVE counts, and wants as many unlocks; ERRORCHECK returns EDEADLK. EPERM, where it is not
 * NORMAL: an unlock by somebody else. EBUSY: trylock does not wait.
 */
typedef struct {
    uint32_t word;  /* 0: free; else who holds it (sync/mutex.c) */
    int32_t type;   /* PTHREAD_MUTEX_… */
    uint32_t depth; /* how often the holder has it, beyond the first time */
} pthread_mutex_t;

typedef struct {
    int type;
} pthread_mutexattr_t;

#define PTHREAD_MUTEX_NORMAL     0
#define PTHREAD_MUTEX_RECURSIVE  1
#define PTHREAD_MUTEX_ERRORCHECK 2
#define PTHREAD_MUTEX_DEFAULT    PTHREAD_MUTEX_NORMAL

#define PTHREAD_MUTEX_INITIALIZER                                                                  \
    {                                                                                              \
        0, PTHREAD_MUTEX_NORMAL, 0                                                                 \
    }
#define PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP                                                     \
    {                                                                                              \
        0, PTHREAD_MUTEX_RECURSIVE, 0                                                              \
    }
#define PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP                                                    \
    {                                                                                              \
        0, PTHREAD_MUTEX_ERRORCHECK, 0                                                             \
    }

int pthread_mutex_lock(pthread_mutex_t *mutex);
int pthread_mutex_trylock(pthread_mutex_t *mutex);
int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict when);
int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex, clockid_t clock,
                            const struct timespec *restrict when);
int pthread_mutex_unlock(pthread_mutex_t *mutex);
int pthread_mutex_init(pthread_mutex_t *restrict mutex,
                       const pthread_mutexattr_t *restrict attributes);
int pthread_mutex_destroy(pthread_mutex_t *mutex);

int pthread_mutexattr_init(pthread_mutexattr_t *attributes);
int pthread_mutexattr_destroy(pthread_mutexattr_t *attributes);
int pthread_mutexattr_settype(pthread_mutexattr_t *attributes, int type);
int pthread_mutexattr_gettype(const pthread_mutexattr_t *restrict attributes, int *restrict type);

/*
 * Condition variables. A wait gives back the mutex and begins to wait in one step, and has the
 * mutex again when it returns, in any case but EPERM and EINVAL. It may return although nobody has
 * signalled, so the caller looks again at what it waits for. A signal wakes one thread that waits,
 * or nobody. A condition variable may be destroyed as soon as all that waited have been woken.
 */
typedef struct {
    uint32_t sequence; /* changes with each signal */
    uint32_t users;    /* how many are in a wait, on their way out included (sync/users.h) */
    clockid_t clock;   /* of pthread_cond_timedwait */
} pthread_cond_t;

typedef struct {
    clockid_t clock;
} pthread_condattr_t;

#define PTHREAD_COND_INITIALIZER                                                                   \
    {                                                                                              \
        0, 0, CLOCK_REALTIME                                                                       \
    }

int pthread_cond_wait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex);
int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict when);
int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           clockid_t clock, const struct timespec *restrict when);
int pthread_cond_signal(pthread_cond_t *cond);
int pthread_cond_broadcast(pthread_cond_t *cond);
int pthread_cond_init(pthread_cond_t *restrict cond, const pthread_condattr_t *restrict attributes);
int pthread_cond_destroy(pthread_cond_t *cond);

int pthread_condattr_init(pthread_condattr_t *attributes);
int pthread_condattr_destroy(pthread_condattr_t *attributes);
int pthread_condattr_setclock(pthread_condattr_t *attributes, clockid_t clock);
int pthread_condattr_getclock(const pthread_condattr_t *restrict attributes,
                              clockid_t *restrict clock);

/*
 * Barriers. A wait returns when `count` threads have come: PTHREAD_BARRIER_SERIAL_THREAD to one of
 * them, 0 to the others. Then the next round begins. May be destroyed as soon as one has returned.
 */
typedef struct {
    uint64_t state; /* who has come, and in which round (sync/barrier.c) */
    uint32_t count;
    uint32_t users;
} pthread_barrier_t;

typedef struct {
    int nothing;
} pthread_barrierattr_t;

#define PTHREAD_BARRIER_SERIAL_THREAD (-1)

int pthread_barrier_wait(pthread_barrier_t *barrier);
int pthread_barrier_init(pthread_barrier_t *restrict barrier,
                         const pthread_barrierattr_t *restrict attributes, unsigned count);
int pthread_barrier_destroy(pthread_barrier_t *barrier);

int pthread_barrierattr_init(pthread_barrierattr_t *attributes);
int pthread_barrierattr_destroy(pthread_barrierattr_t *attributes);

/*
 * Read-write locks: many readers, or one writer. Readers go before writers that wait. EDEADLK: the
 * caller holds it as the writer; EPERM: an unlock of what nobody holds.
 */
typedef struct {
    pthread_mutex_t guard; /* of what follows */
    pthread_cond_t readers_turn, writers_turn;
    uint32_t readers;
    uint32_t writer; /* who it is, or 0 */
} pthread_rwlock_t;

typedef struct {
    int nothing;
} pthread_rwlockattr_t;

#define PTHREAD_RWLOCK_INITIALIZER                                                                 \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0        \
    }

int pthread_rwlock_rdlock(pthread_rwlock_t *lock);
int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock);
int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock,
                               const struct timespec *restrict when);
int pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                               const struct timespec *restrict when);
int pthread_rwlock_wrlock(pthread_rwlock_t *lock);
int pthread_rwlock_trywrlock(pthread_rwlock_t *lock);
int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock,
                               const struct timespec *restrict when);
int pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                               const struct timespec *restrict when);
int pthread_rwlock_unlock(pthread_rwlock_t *lock);
int pthread_rwlock_init(pthread_rwlock_t *restrict lock,
                        const pthread_rwlockattr_t *restrict attributes);
int pthread_rwlock_destroy(pthread_rwlock_t *lock);

int pthread_rwlockattr_init(pthread_rwlockattr_t *attributes);
int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attributes);

/* Spinlocks: as a mutex without an owner, for threads that wait some instructions only. */
typedef volatile uint32_t pthread_spinlock_t;

#define PTHREAD_PROCESS_PRIVATE 0
#define PTHREAD_PROCESS_SHARED  1

int pthread_spin_lock(pthread_spinlock_t *lock);
int pthread_spin_trylock(pthread_spinlock_t *lock);
int pthread_spin_unlock(pthread_spinlock_t *lock);
int pthread_spin_init(pthread_spinlock_t *lock, int shared);
int pthread_spin_destroy(pthread_spinlock_t *lock);

#endif
