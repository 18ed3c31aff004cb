/* MUTANT 3.7a: says 0 whether it was woken or not. CAUGHT BY: 3.7/futex_gives_up, 3.7/posix */
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
    return 0;
