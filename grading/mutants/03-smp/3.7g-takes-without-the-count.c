/* MUTANT 3.7g: takes its turn and is still counted as waiting, and again the next time. CAUGHT
 * BY: 3.7/uncontended_is_cheap */
    __atomic_fetch_add(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
    while (!take(sem, 0))
        if (futex_wait(value_word(sem), 0, deadline) == -ETIMEDOUT) {
            __atomic_fetch_sub(&sem->state, ONE_WAITER, __ATOMIC_RELAXED);
            return ETIMEDOUT;
        }
    return 0;
