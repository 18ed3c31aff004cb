/* MUTANT 3.7d: leaves the flag in the word of a free mutex. CAUGHT BY:
 * 3.7/interrupted_anywhere[mutex-held], 3.7/storm */
    if (__atomic_fetch_and(&mutex->word, WAITERS, __ATOMIC_RELEASE) & WAITERS)
        futex_wake(&mutex->word, 1); /* by its address: the mutex itself may be gone */
