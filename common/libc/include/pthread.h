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

typedef uint32_t pthread_once_t;
#define PTHREAD_ONCE_INIT 0

#endif
