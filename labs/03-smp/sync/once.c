/*
 * pthread_once: the smallest use of a futex, as an example of how all of them look. One word says
 * what has happened; changing it is an atomic operation; waiting is a loop around futex_wait, and
 * whoever changes what others wait for calls futex_wake.
 */
#include <pthread.h>
#include <stdbool.h>

#include "sync/futex.h"

#define DONE    1
#define RUNNING 2
#define AWAITED 3 /* as RUNNING, and somebody waits for the end */

/* Whether the calling thread has changed the word from one value to another. */
static bool change(pthread_once_t *once, uint32_t from, uint32_t to)
{
    return __atomic_compare_exchange_n(once, &from, to, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE);
}

int pthread_once(pthread_once_t *once, void function(void))
{
    if (__atomic_load_n(once, __ATOMIC_ACQUIRE) == DONE)
        return 0;
    if (change(once, PTHREAD_ONCE_INIT, RUNNING)) {
        function();
        if (__atomic_exchange_n(once, DONE, __ATOMIC_RELEASE) == AWAITED)
            futex_wake(once, FUTEX_ALL);
        return 0;
    }
    change(once, RUNNING, AWAITED);
    while (__atomic_load_n(once, __ATOMIC_ACQUIRE) != DONE)
        futex_wait(once, AWAITED, UINT64_MAX);
    return 0;
}
