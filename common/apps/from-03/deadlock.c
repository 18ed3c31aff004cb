/*
 * Threads that wait for each other for ever, to be looked at with GDB: `deadlock KIND`.
 *
 *   mutexes   three threads, each with one of three mutexes, want the next one's
 *   spinlocks two processors, each with one of two spinlocks, want the other's (CPUS=3 or more)
 *   lost      a thread waits on a condition variable that was signalled a moment before
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "smp/cpu.h"
#include "sync/spinlock.h"
#include "x86.h"

#define NOINLINE __attribute__((noinline))

static uint32_t arrived;

/* Waits until so many threads have come here. */
static void meet(uint32_t count)
{
    __atomic_fetch_add(&arrived, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < count)
        sched_yield();
}

/* Everybody waits: a place to stop at. */
NOINLINE static void look_here(void)
{
    __asm__ volatile("");
}

/* ---- mutexes -------------------------------------------------------------------------------- */

#define DINERS 3

static pthread_mutex_t forks[DINERS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                        PTHREAD_MUTEX_INITIALIZER};

NOINLINE static void eat(uint32_t left, uint32_t right)
{
    pthread_mutex_lock(&forks[left]);
    meet(DINERS);
    pthread_mutex_lock(&forks[right]);
    pthread_mutex_unlock(&forks[right]);
    pthread_mutex_unlock(&forks[left]);
}

static void *diner(void *argument)
{
    uint32_t number = (uint64_t)argument;

    eat(number, (number + 1) % DINERS);
    return NULL;
}

/* ---- spinlocks ------------------------------------------------------------------------------ */

static struct spinlock left_lock = SPINLOCK("left"), right_lock = SPINLOCK("right");

NOINLINE static void cross(struct spinlock *first, struct spinlock *second)
{
    uint64_t flags = spin_lock(first);
    __atomic_fetch_add(&arrived, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < 2)
        pause();
    spin_take(second);
    spin_release(second);
    spin_unlock(first, flags);
}

static void *from_left(void *argument)
{
    cross(&left_lock, &right_lock);
    return NULL;
}

static void *from_right(void *argument)
{
    cross(&right_lock, &left_lock);
    return NULL;
}

/* ---- a lost wake-up ------------------------------------------------------------------------- */

static pthread_mutex_t box_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t box_filled = PTHREAD_COND_INITIALIZER;
static bool box_full;

/* Wrong: the box is looked at without the mutex, and the signal comes between look and wait. */
static void *taker(void *argument)
{
    if (!box_full) {
        meet(2);
        meet(4);
        pthread_mutex_lock(&box_mutex);
        pthread_cond_wait(&box_filled, &box_mutex);
        pthread_mutex_unlock(&box_mutex);
    }
    return NULL;
}

static void fill_box(void)
{
    meet(2);
    pthread_mutex_lock(&box_mutex);
    box_full = true;
    pthread_cond_signal(&box_filled);
    pthread_mutex_unlock(&box_mutex);
    meet(4);
}

int main(int argc, char **argv)
{
    const char *kind = argc == 2 ? argv[1] : "";
    pthread_t threads[DINERS];
    int count = 0;

    if (!strcmp(kind, "mutexes")) {
        for (; count < DINERS; count++)
            pthread_create(&threads[count], NULL, diner, (void *)(uint64_t)count);
    } else if (!strcmp(kind, "spinlocks") && cpu_count >= 3) {
        pthread_create(&threads[count++], NULL, from_left, NULL);
        pthread_create(&threads[count++], NULL, from_right, NULL);
        while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < 2 ||
               spin_waits[left_lock.holder - 1] != &right_lock ||
               spin_waits[right_lock.holder - 1] != &left_lock)
            pause(); /* who sleeps may have to be woken by a processor that waits */
        look_here();
    } else if (!strcmp(kind, "lost")) {
        pthread_create(&threads[count++], NULL, taker, NULL);
        fill_box();
    } else {
        printf("usage: deadlock mutexes | spinlocks | lost   (spinlocks: with CPUS=3)\n");
        return 2;
    }
    usleep(20000);
    look_here();
    while (count > 0)
        pthread_join(threads[--count], NULL);
    printf("nobody has to wait any more\n");
    return 0;
}
