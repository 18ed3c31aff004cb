/* MUTANT 3.7g: gives up with one instruction, but not an atomic one. CAUGHT BY:
 * 3.7/interrupted_anywhere[sem-time] */
    __atomic_fetch_add(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
    while (!take(sem, ONE_WAITER))
        if (futex_wait(value_word(sem), 0, deadline) == -ETIMEDOUT) {
            sem->state -= ONE_WAITER;
            return ETIMEDOUT;
        }
    return 0;
