/* MUTANT 3.7d: asks for waiters although nobody waits. CAUGHT BY: 3.7/uncontended_is_cheap */
    __atomic_store_n(&mutex->word, 0, __ATOMIC_RELEASE);
    futex_wake(&mutex->word, 1);
