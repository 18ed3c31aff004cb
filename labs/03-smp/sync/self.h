/* The calling thread as a number that fits into the word of a lock. */
#pragma once

#include <stdint.h>

#include "threads/thread.h"

#define SELF_SPARE 0x80000000u /* no id has this bit */

/* Never 0, and different for all threads that are there (until 2^31 have been made). */
static inline uint32_t self_id(void)
{
    return (thread_self()->number + 1) & ~SELF_SPARE;
}
