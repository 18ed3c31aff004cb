/* MUTANT 3.7g: gives up with a load and a store: a post in between is lost. CAUGHT BY:
 * 3.7/interrupted_anywhere[sem-time] */
    __atomic_fetch_add(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
    while (!take(sem, ONE_WAITER))
        if (futex_wait(value_word(sem), 0, deadline) == -ETIMEDOUT) {
            uint64_t state = __atomic_load_n(&sem->state, __ATOMIC_RELAXED);
            __atomic_store_n(&sem->state, state - ONE_WAITER, __ATOMIC_RELAXED);
            return ETIMEDOUT;
        }
    return 0;
