/* MUTANT 3.7g: counts itself with one instruction, but not an atomic one. CAUGHT BY:
 * 3.7/interrupted_anywhere[sem] */
    sem->state += ONE_WAITER;
    while (!take(sem, ONE_WAITER))
        if (futex_wait(value_word(sem), 0, deadline) == -ETIMEDOUT) {
            __atomic_fetch_sub(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
            return ETIMEDOUT;
        }
    return 0;
