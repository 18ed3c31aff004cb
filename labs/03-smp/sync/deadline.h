/* A point in time as POSIX has it, on the clock that the kernel waits by. */
#pragma once

#include <time.h>

#include "smp/clock.h"

/*
 * When clock_now will read what `clock` reads at `when`; NULL: never. A time that has passed is 0.
 * EINVAL: `when` has no valid nanoseconds, or there is no such clock.
 */
int deadline_at(clockid_t clock, const struct timespec *when, nanos_t *deadline)
    __attribute__((warn_unused_result));
