/*
 * Time: clocks that count nanoseconds, and sleeping until one of them has come so far. From lab 03
 * on, where threads/time.c has the functions.
 */
#ifndef _TIME_H
#define _TIME_H

#include <stddef.h>

typedef long time_t; /* seconds */
typedef int clockid_t;

struct timespec {
    time_t tv_sec;
    long tv_nsec; /* 0 to 999,999,999 */
};

/*
 * Nobody has asked the machine's battery-backed clock: CLOCK_REALTIME, too, begins at boot. The
 * processor time is what a thread has run, and all threads together.
 */
#define CLOCK_REALTIME           0
#define CLOCK_MONOTONIC          1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID  3

#define TIMER_ABSTIME 1

#define CLOCKS_PER_SEC 1000000l
typedef long clock_t;

/* -1 and EINVAL: no such clock. */
int clock_gettime(clockid_t clock, struct timespec *now);
int clock_getres(clockid_t clock, struct timespec *resolution);

/* Seconds of CLOCK_REALTIME, also to `now` where that is not NULL. */
time_t time(time_t *now);

/* Microseconds that all threads together have run. */
clock_t clock(void);

/*
 * Waits for at least `length`. No signal wakes a sleeper here, so `rest` is never written.
 * -1 and EINVAL: a time that is negative, or whose nanoseconds are no part of a second.
 */
int nanosleep(const struct timespec *length, struct timespec *rest);

/*
 * The same on CLOCK_REALTIME or CLOCK_MONOTONIC; with TIMER_ABSTIME until the clock shows `when`.
 * Returns 0 or the error's number, and leaves errno alone; ENOTSUP: a clock that does not go while
 * its thread sleeps.
 */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *when, struct timespec *rest);

#endif
