/* A point in time as POSIX has it, on the clock that the kernel waits by. */
#include "sync/deadline.h"

#include <errno.h>
#include <stddef.h>

int deadline_at(clockid_t clock, const struct timespec *when, nanos_t *deadline)
{
    *deadline = UINT64_MAX;
    if (!when)
        return 0;
    if (when->tv_nsec < 0 || when->tv_nsec >= (long)NANOS_PER_SECOND)
        return EINVAL;
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) /* the others stand still in a wait */
        return EINVAL;

    /* Both count from boot (time.h), as clock_now does. */
    if (when->tv_sec < 0)
        *deadline = 0;
    else if (when->tv_sec < (time_t)(UINT64_MAX / NANOS_PER_SECOND))
        *deadline = when->tv_sec * NANOS_PER_SECOND + when->tv_nsec;
    return 0;
}
