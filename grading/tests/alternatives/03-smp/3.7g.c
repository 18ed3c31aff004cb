    /* Counted only around the wait itself. */
    for (;;) {
        if (take(sem, 0))
            return 0;
        __atomic_fetch_add(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
        int ended = futex_wait(value_word(sem), 0, deadline);
        __atomic_fetch_sub(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
        if (ended == -ETIMEDOUT)
            return take(sem, 0) ? 0 : ETIMEDOUT;
    }
