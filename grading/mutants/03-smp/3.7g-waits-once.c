/* MUTANT 3.7g: takes a wake-up for a post. CAUGHT BY: 3.7/storm */
    __atomic_fetch_add(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
    if (!take(sem, ONE_WAITER))
        if (futex_wait(value_word(sem), 0, deadline) == -ETIMEDOUT) {
            __atomic_fetch_sub(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
            return ETIMEDOUT;
        }
    return 0;
