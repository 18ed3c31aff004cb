/* MUTANT 3.7a: gives the lock back between the look and the queue. CAUGHT BY:
 * 3.7/interrupted_anywhere[futex] */
    uint64_t flags = spin_lock(&bucket->lock);
    if (__atomic_load_n(word, __ATOMIC_RELAXED) != expected) {
        spin_unlock(&bucket->lock, flags);
        return -EAGAIN;
    }
    spin_unlock(&bucket->lock, flags);
    flags = spin_lock(&bucket->lock);
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
