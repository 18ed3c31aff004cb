/* MUTANT 3.7h: adds with a load and a store. CAUGHT BY: 3.7/interrupted_anywhere[sem] */
    if (VALUE(state) == SEM_VALUE_MAX)
        return answer(EOVERFLOW);
    __atomic_store_n(&sem->state, state + 1, __ATOMIC_RELEASE);
    if (WAITERS(state) > 0)
        futex_wake(value_word(sem), 1);
    return 0;
