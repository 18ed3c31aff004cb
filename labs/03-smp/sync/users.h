/*
 * Who is inside of an object, so that nobody destroys it under their feet.
 *
 * A thread that has been woken is still on its way out: it may have to look at the object once
 * more. POSIX lets another one destroy it at that moment, and free its memory.
 */
#pragma once

#include <stdint.h>

#include "sync/futex.h"

#define USERS_CLOSING 0x80000000u /* somebody waits in users_close */

static inline void users_enter(uint32_t *users)
{
    __atomic_fetch_add(users, 1, __ATOMIC_RELAXED);
}

/* The object may be gone when this returns. */
static inline void users_leave(uint32_t *users)
{
    if (__atomic_sub_fetch(users, 1, __ATOMIC_RELEASE) == USERS_CLOSING)
        futex_wake(users, 1);
}

/* Waits until all have left. Nobody enters any more. */
static inline void users_close(uint32_t *users)
{
    uint32_t inside = __atomic_or_fetch(users, USERS_CLOSING, __ATOMIC_ACQUIRE);

    while (inside != USERS_CLOSING) {
        futex_wait(users, inside, UINT64_MAX);
        inside = __atomic_load_n(users, __ATOMIC_ACQUIRE);
    }
}
