/* MUTANT 3.7g: waits while the value is what it was, and not 0. CAUGHT BY:
 * 3.7/interrupted_anywhere[sem] */
    __atomic_fetch_add(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
    while (!take(sem, ONE_WAITER))
        if (futex_wait(value_word(sem), VALUE(sem->state), deadline) == -ETIMEDOUT) {
            __atomic_fetch_sub(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
            return ETIMEDOUT;
        }
    return 0;
