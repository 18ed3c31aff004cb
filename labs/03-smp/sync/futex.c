/* Futexes: a hash table of queues, in each of which threads stand in the order they came. */
#include "sync/futex.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "exercise.h"
#include "sync/spinlock.h"
#include "threads/scheduler.h"
#include "threads/thread.h"

/* A thread that waits. Lies on its stack; belongs to the bucket as long as it is queued. */
struct waiter {
    uint32_t *word;
    struct thread *thread;
    struct waiter *next, *previous;
    bool queued;
};

#define BUCKET_BITS 8

static struct bucket {
    struct spinlock lock;
    struct waiter *first, *last; /* of all words that fall here */
} buckets[1 << BUCKET_BITS];

/* Fibonacci hashing (Knuth vol. 3 §6.4): neighbouring words fall into different buckets. */
static struct bucket *bucket_of(const uint32_t *word)
{
    return &buckets[((uintptr_t)word >> 2) * 0x9e3779b97f4a7c15ul >> (64 - BUCKET_BITS)];
}

/* The two that change a bucket's queue; its lock is held. */
static void append(struct bucket *bucket, struct waiter *waiter)
{
    waiter->previous = bucket->last;
    waiter->next = NULL;
    *(bucket->last ? &bucket->last->next : &bucket->first) = waiter;
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
    thread_prepare_wait();       /* from here on a thread_wake counts */
    spin_release(&bucket->lock); /* and from here on somebody may call it; interrupts stay off */
    thread_wait(deadline);

    spin_take(&bucket->lock);
    bool woken = !waiter.queued; /* the queue decides: both may have happened */
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

    /* EXERCISE 3.7b (10 points): wake in the order they came. */
    uint64_t flags = spin_lock(&bucket->lock);
    struct waiter *next;
    for (struct waiter *waiter = bucket->first; waiter && woken < count; waiter = next) {
        next = waiter->next;
        if (waiter->word != word)
            continue;
        take_out(bucket, waiter);
        thread_wake(waiter->thread); /* it cannot leave futex_wait before the lock is free */
        woken++;
    }
    spin_unlock(&bucket->lock, flags);
    /* END EXERCISE 3.7b */
    return woken;
}
