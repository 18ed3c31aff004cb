/* MUTANT 3.7c: sets the flag also in a mutex that has become free. CAUGHT BY:
 * 3.7/interrupted_anywhere[mutex-held] */
    uint32_t mine = self_id();

    while (!take(mutex, mine)) {
        uint32_t word = __atomic_load_n(&mutex->word, __ATOMIC_RELAXED);
        word = __atomic_or_fetch(&mutex->word, WAITERS, __ATOMIC_RELAXED);
        if (futex_wait(&mutex->word, word | WAITERS, deadline) == -ETIMEDOUT)
            return ETIMEDOUT;
        mine |= WAITERS; /* others may wait, too: the word has forgotten them */
    }
    return 0;
