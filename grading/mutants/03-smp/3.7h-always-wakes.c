/* MUTANT 3.7h: asks for waiters although nobody waits. CAUGHT BY: 3.7/uncontended_is_cheap */
    do
        if (VALUE(state) == SEM_VALUE_MAX)
            return answer(EOVERFLOW);
    while (!__atomic_compare_exchange_n(&sem->state, &state, state + 1, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
    futex_wake(value_word(sem), 1);
    return 0;
