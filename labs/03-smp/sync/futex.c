/* Futexes: a hash table of queues of those who wait. */
#include "sync/futex.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "exercise.h"
#include "sync/spinlock.h"
#include "threads/scheduler.h"
#include "threads/thread.h"

struct waiter {
    uint32_t *word;
    struct thread *thread;
    struct waiter *next, *previous;
    bool queued;
};

#define BUCKETS 64
static struct bucket {
    struct spinlock lock;
    struct waiter *first, *last;
} buckets[BUCKETS];

static struct bucket *bucket_of(const uint32_t *word)
{
    return &buckets[((uintptr_t)word >> 2) * 0x9e3779b97f4a7c15ul >> 58];
}

static void append(struct bucket *bucket, struct waiter *waiter)
{
    waiter->previous = bucket->last;
    waiter->next = NULL;
    if (bucket->last)
        bucket->last->next = waiter;
    else
        bucket->first = waiter;
    bucket->last = waiter;
    waiter->queued = true;
}

static void take_out(struct bucket *bucket, struct waiter *waiter)
{
    *(waiter->previous ? &waiter->previous->next : &bucket->first) = waiter->next;
    *(waiter->next ? &waiter->next->previous : &bucket->last) = waiter->previous;
    waiter->queued = false;
}

int futex_wait(uint32_t *word, uint32_t expected, nanos_t deadline)
{
    struct bucket *bucket = bucket_of(word);
    struct waiter waiter = {.word = word, .thread = thread_self()};

    /* EXERCISE 3.7a (10 points): look and wait, with nothing in between. */
    uint64_t flags = spin_lock(&bucket->lock);
    if (__atomic_load_n(word, __ATOMIC_RELAXED) != expected) {
        spin_unlock(&bucket->lock, flags);
        return -EAGAIN;
    }
    append(bucket, &waiter);
    thread_prepare_wait();
    spin_release(&bucket->lock); /* interrupts stay off: a thread that waits is not preempted */
    thread_wait(deadline);

    spin_take(&bucket->lock);
    bool woken = !waiter.queued;
    if (!woken)
        take_out(bucket, &waiter);
    spin_unlock(&bucket->lock, flags);
    return woken ? 0 : -ETIMEDOUT;
    /* END EXERCISE 3.7a */
}

uint32_t futex_wake(uint32_t *word, uint32_t count)
{
    struct bucket *bucket = bucket_of(word);
    uint32_t woken = 0;

    /* EXERCISE 3.7b (10 points): wake in order. */
    uint64_t flags = spin_lock(&bucket->lock);
    struct waiter *next;
    for (struct waiter *waiter = bucket->first; waiter && woken < count; waiter = next) {
        next = waiter->next;
        if (waiter->word != word)
            continue;
        struct thread *thread = waiter->thread; /* the waiter is gone once it runs */
        take_out(bucket, waiter);
        thread_wake(thread);
        woken++;
    }
    spin_unlock(&bucket->lock, flags);
    /* END EXERCISE 3.7b */
    return woken;
}
