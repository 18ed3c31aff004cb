/* MUTANT 3.7h: wakes before there is anything to take. CAUGHT BY: 3.7/interrupted_anywhere[sem] */
    if (WAITERS(state) > 0)
        futex_wake(value_word(sem), 1);
    do
        if (VALUE(state) == SEM_VALUE_MAX)
            return answer(EOVERFLOW);
    while (!__atomic_compare_exchange_n(&sem->state, &state, state + 1, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
    return 0;
