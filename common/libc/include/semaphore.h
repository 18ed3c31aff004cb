/* POSIX semaphores, those without a name. Functions that fail return -1 and set errno. */
#ifndef _SEMAPHORE_H
#define _SEMAPHORE_H

#include <limits.h>
#include <stdint.h>
#include <time.h>

#define SEM_VALUE_MAX INT_MAX

typedef struct {
    uint64_t state; /* the value, and above it how many threads wait (sync/semaphore.c) */
} sem_t;

/* `shared` is of no consequence: there is one address space. EINVAL: beyond SEM_VALUE_MAX. */
int sem_init(sem_t *sem, int shared, unsigned value);
int sem_destroy(sem_t *sem);

/*
 * Takes one away from the value; waits while it is 0. EAGAIN: it is 0, and sem_trywait does not
 * wait. ETIMEDOUT: it was 0 until `when`, on CLOCK_REALTIME or the clock that is named; EINVAL:
 * there is no such time or clock, which is looked at only if there is reason to wait.
 */
int sem_wait(sem_t *sem);
int sem_trywait(sem_t *sem);
int sem_timedwait(sem_t *restrict sem, const struct timespec *restrict when);
int sem_clockwait(sem_t *restrict sem, clockid_t clock, const struct timespec *restrict when);

/* Adds one to the value, and wakes a thread that waits. May be called from an interrupt. */
int sem_post(sem_t *sem); /* EOVERFLOW: it is SEM_VALUE_MAX */

/* The value; 0 while threads wait. */
int sem_getvalue(sem_t *restrict sem, int *restrict value);

#endif
