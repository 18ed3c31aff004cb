/* MUTANT 3.7b: wakes one more than it was asked to. CAUGHT BY: 3.7/futex_wakes_in_order */
    uint64_t flags = spin_lock(&bucket->lock);
    struct waiter *next;
    for (struct waiter *waiter = bucket->first; waiter && woken <= count; waiter = next) {
        next = waiter->next;
        if (waiter->word != word)
            continue;
        take_out(bucket, waiter);
        thread_wake(waiter->thread); /* it cannot leave futex_wait before the lock is free */
        woken++;
    }
    spin_unlock(&bucket->lock, flags);
