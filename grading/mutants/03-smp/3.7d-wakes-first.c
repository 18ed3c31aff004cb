/* MUTANT 3.7d: wakes before the mutex is free. CAUGHT BY: 3.7/interrupted_anywhere[mutex-held] */
    if (__atomic_load_n(&mutex->word, __ATOMIC_RELAXED) & WAITERS)
        futex_wake(&mutex->word, 1);
    __atomic_store_n(&mutex->word, 0, __ATOMIC_RELEASE);
