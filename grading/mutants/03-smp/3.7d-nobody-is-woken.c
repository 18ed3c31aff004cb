/* MUTANT 3.7d: gives it back and wakes nobody. CAUGHT BY: 3.7/interrupted_anywhere[mutex-held],
 * 3.7/storm */
    __atomic_store_n(&mutex->word, 0, __ATOMIC_RELEASE);
