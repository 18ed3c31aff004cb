/* POSIX's names for clocks and sleeping. */
#include <time.h>

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "smp/clock.h"
#include "smp/cpu.h"
#include "threads/scheduler.h"
#include "threads/thread.h"

#define NANOS_PER_MICROSECOND 1000ul
#define SECONDS_MAX           (INT64_MAX / (int64_t)NANOS_PER_SECOND - 1) /* 292 years */

static struct timespec timespec_of(nanos_t time)
{
    return (struct timespec){time / NANOS_PER_SECOND, time % NANOS_PER_SECOND};
}

/* All that the processors have not idled. */
static nanos_t process_time(void)
{
    nanos_t sum = 0;

    for (uint32_t i = 0; i < cpu_count; i++) {
        nanos_t idle = thread_time(cpus[i]->queue.idle), now = clock_now();
        if (cpus[i]->online && now > idle)
            sum += now - idle;
    }
    return sum;
}

static int invalid(void)
{
    errno = EINVAL;
    return -1;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_MONOTONIC:
        *now = timespec_of(clock_now());
        return 0;
    case CLOCK_PROCESS_CPUTIME_ID:
        *now = timespec_of(process_time());
        return 0;
    case CLOCK_THREAD_CPUTIME_ID:
        *now = timespec_of(thread_time(thread_self()));
        return 0;
    default:
        return invalid();
    }
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
    if (clock < CLOCK_REALTIME || clock > CLOCK_THREAD_CPUTIME_ID)
        return invalid();
    if (resolution)
        *resolution = timespec_of(1);
    return 0;
}

time_t time(time_t *now)
{
    time_t seconds = clock_now() / NANOS_PER_SECOND;

    if (now)
        *now = seconds;
    return seconds;
}

clock_t clock(void)
{
    return process_time() / (NANOS_PER_SECOND / CLOCKS_PER_SEC);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *when, struct timespec *rest)
{
    if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
        return ENOTSUP;
    if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) || when->tv_sec < 0 ||
        when->tv_nsec < 0 || when->tv_nsec >= (long)NANOS_PER_SECOND)
        return EINVAL;

    bool long_time = when->tv_sec > SECONDS_MAX; /* as good as for ever */
    nanos_t time = (long_time ? SECONDS_MAX : when->tv_sec) * NANOS_PER_SECOND + when->tv_nsec;
    nanos_t now = clock_now(), deadline = flags & TIMER_ABSTIME ? time : now + time;
    if (deadline > now)
        thread_sleep(deadline);
    return 0;
}

int nanosleep(const struct timespec *length, struct timespec *rest)
{
    int error = clock_nanosleep(CLOCK_MONOTONIC, 0, length, rest);

    if (!error)
        return 0;
    errno = error;
    return -1;
}

unsigned sleep(unsigned seconds)
{
    thread_sleep(clock_now() + seconds * NANOS_PER_SECOND);
    return 0;
}

int usleep(useconds_t microseconds)
{
    thread_sleep(clock_now() + microseconds * NANOS_PER_MICROSECOND);
    return 0;
}
