/* MUTANT 3.7h: posts with one instruction, but not an atomic one. CAUGHT BY:
 * 3.7/interrupted_anywhere[sem] */
    if (VALUE(state) == SEM_VALUE_MAX)
        return answer(EOVERFLOW);
    sem->state++;
    if (WAITERS(__atomic_load_n(&sem->state, __ATOMIC_RELAXED)) > 0)
        futex_wake(value_word(sem), 1);
    return 0;
