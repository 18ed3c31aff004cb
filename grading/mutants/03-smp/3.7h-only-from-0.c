/* MUTANT 3.7h: wakes only when the value was 0. CAUGHT BY: 3.7/at_the_same_time[three] */
    do
        if (VALUE(state) == SEM_VALUE_MAX)
            return answer(EOVERFLOW);
    while (!__atomic_compare_exchange_n(&sem->state, &state, state + 1, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
    if (WAITERS(state) > 0 && VALUE(state) == 0)
        futex_wake(value_word(sem), 1);
    return 0;
