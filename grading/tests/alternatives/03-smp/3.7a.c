    /* The scheduler is told first, and asked to forget it where there is nothing to wait for. */
    uint64_t flags = interrupts_save();
    spin_take(&bucket->lock);
    thread_prepare_wait();
    bool differs = __atomic_load_n(word, __ATOMIC_ACQUIRE) != expected;
    if (!differs)
        append(bucket, &waiter);
    spin_release(&bucket->lock);

    int result = -EAGAIN;
    if (differs)
        thread_cancel_wait();
    else {
        thread_wait(deadline);
        spin_take(&bucket->lock);
        result = 0;
        if (waiter.queued) {
            take_out(bucket, &waiter);
            result = -ETIMEDOUT;
        }
        spin_release(&bucket->lock);
    }
    interrupts_restore(flags);
    return result;
