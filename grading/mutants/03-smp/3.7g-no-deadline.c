/* MUTANT 3.7g: waits for ever. CAUGHT BY: 3.7/posix */
    __atomic_fetch_add(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
    while (!take(sem, ONE_WAITER))
        if (futex_wait(value_word(sem), 0, UINT64_MAX) == -ETIMEDOUT) {
            __atomic_fetch_sub(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
            return ETIMEDOUT;
        }
    return 0;
