/* MUTANT 3.7h: counts beyond the largest value. CAUGHT BY: 3.7/posix */
    while (!__atomic_compare_exchange_n(&sem->state, &state, state + 1, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
    if (WAITERS(state) > 0)
        futex_wake(value_word(sem), 1);
    return 0;
