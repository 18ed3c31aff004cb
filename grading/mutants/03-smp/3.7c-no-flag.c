/* MUTANT 3.7c: does not say that somebody waits. CAUGHT BY:
 * 3.7/interrupted_anywhere[mutex-held], 3.7/storm */
    uint32_t mine = self_id();

    while (!take(mutex, mine)) {
        uint32_t word = __atomic_load_n(&mutex->word, __ATOMIC_RELAXED);
        if (word == 0)
            continue;
        if (futex_wait(&mutex->word, word, deadline) == -ETIMEDOUT)
            return ETIMEDOUT;
        mine |= WAITERS; /* others may wait, too: the word has forgotten them */
    }
    return 0;
