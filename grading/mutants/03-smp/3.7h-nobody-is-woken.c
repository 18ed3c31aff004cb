/* MUTANT 3.7h: wakes nobody. CAUGHT BY: 3.7/interrupted_anywhere[sem], 3.7/storm */
    do
        if (VALUE(state) == SEM_VALUE_MAX)
            return answer(EOVERFLOW);
    while (!__atomic_compare_exchange_n(&sem->state, &state, state + 1, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
    return 0;
