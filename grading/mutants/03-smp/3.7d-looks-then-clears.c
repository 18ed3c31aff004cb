/* MUTANT 3.7d: looks for waiters first and clears the word then. CAUGHT BY:
 * 3.7/interrupted_anywhere[mutex-held] */
    uint32_t word = __atomic_load_n(&mutex->word, __ATOMIC_RELAXED);
    __atomic_store_n(&mutex->word, 0, __ATOMIC_RELEASE);
    if (word & WAITERS)
        futex_wake(&mutex->word, 1); /* by its address: the mutex itself may be gone */
