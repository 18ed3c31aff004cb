/* MUTANT 3.7a: believes the scheduler, and not the queue, about what has ended the wait. CAUGHT
 * BY: 3.7/interrupted_anywhere[futex-time] */
    uint64_t flags = spin_lock(&bucket->lock);
    if (__atomic_load_n(word, __ATOMIC_RELAXED) != expected) {
        spin_unlock(&bucket->lock, flags);
        return -EAGAIN;
    }
    append(bucket, &waiter);
    thread_prepare_wait();       /* from here on a thread_wake counts */
    spin_release(&bucket->lock); /* and from here on somebody may call it; interrupts stay off */
    bool woken = thread_wait(deadline);

    spin_take(&bucket->lock);
    if (waiter.queued)
        take_out(bucket, &waiter);
    spin_unlock(&bucket->lock, flags);
    return woken ? 0 : -ETIMEDOUT;
