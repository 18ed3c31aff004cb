/*
 * POSIX' spinlocks: for threads that mean to wait for some instructions only. Unlike the kernel's
 * (sync/spinlock.h) they leave interrupts on, so the holder may be preempted; who waits for long
 * lets others run.
 */
#include <errno.h>
#include <pthread.h>

#include "threads/scheduler.h"
#include "x86.h"

#define PATIENCE 100 /* looks, before somebody else may use the processor */

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
    return __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) ? EBUSY : 0;
}

int pthread_spin_lock(pthread_spinlock_t *lock)
{
    while (pthread_spin_trylock(lock))
        for (int looks = 0; __atomic_load_n(lock, __ATOMIC_RELAXED); looks++) {
            pause();
            if (looks == PATIENCE) {
                thread_yield();
                looks = 0;
            }
        }
    return 0;
}

int pthread_spin_unlock(pthread_spinlock_t *lock)
{
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
    return 0;
}

int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
    *lock = 0;
    return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *lock)
{
    return 0;
}
