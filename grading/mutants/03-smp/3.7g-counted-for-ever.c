/* MUTANT 3.7g: is counted for ever when its time is up. CAUGHT BY: 3.7/uncontended_is_cheap */
    __atomic_fetch_add(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
    while (!take(sem, ONE_WAITER))
        if (futex_wait(value_word(sem), 0, deadline) == -ETIMEDOUT) {
            return ETIMEDOUT;
        }
    return 0;
