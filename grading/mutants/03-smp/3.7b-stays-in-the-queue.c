/* MUTANT 3.7b: wakes, and leaves the thread in the queue: it says that its time was up. CAUGHT
 * BY: 3.7/futex_wakes_in_order, 3.7/interrupted_anywhere[futex-time] */
    uint64_t flags = spin_lock(&bucket->lock);
    struct waiter *next;
    for (struct waiter *waiter = bucket->first; waiter && woken < count; waiter = next) {
        next = waiter->next;
        if (waiter->word != word)
            continue;
        thread_wake(waiter->thread); /* it cannot leave futex_wait before the lock is free */
        woken++;
    }
    spin_unlock(&bucket->lock, flags);
