/* MUTANT 3.7a: keeps the lock where it need not wait. CAUGHT BY: 3.7/interrupted_anywhere[futex] */
    uint64_t flags = spin_lock(&bucket->lock);
    if (__atomic_load_n(word, __ATOMIC_RELAXED) != expected) {
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
