/* MUTANT 3.7a: unlocks with interrupts on, and sleeps then. CAUGHT BY: 3.7/interrupts_stay_off */
    uint64_t flags = spin_lock(&bucket->lock);
    if (__atomic_load_n(word, __ATOMIC_RELAXED) != expected) {
        spin_unlock(&bucket->lock, flags);
        return -EAGAIN;
    }
    append(bucket, &waiter);
    thread_prepare_wait();
    spin_unlock(&bucket->lock, flags);
    thread_wait(deadline);

    flags = spin_lock(&bucket->lock);
    bool woken = !waiter.queued; /* the queue decides: both may have happened */
    if (!woken)
        take_out(bucket, &waiter);
    spin_unlock(&bucket->lock, flags);
    return woken ? 0 : -ETIMEDOUT;
