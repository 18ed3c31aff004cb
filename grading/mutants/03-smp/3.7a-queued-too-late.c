/* MUTANT 3.7a: is in the queue only after the lock is free. CAUGHT BY:
 * 3.7/interrupted_anywhere[futex] */
    uint64_t flags = spin_lock(&bucket->lock);
    if (__atomic_load_n(word, __ATOMIC_RELAXED) != expected) {
        spin_unlock(&bucket->lock, flags);
        return -EAGAIN;
    }
    thread_prepare_wait();
    spin_release(&bucket->lock);
    append(bucket, &waiter);
    thread_wait(deadline);

    spin_take(&bucket->lock);
    bool woken = !waiter.queued; /* the queue decides: both may have happened */
    if (!woken)
        take_out(bucket, &waiter);
    spin_unlock(&bucket->lock, flags);
    return woken ? 0 : -ETIMEDOUT;
