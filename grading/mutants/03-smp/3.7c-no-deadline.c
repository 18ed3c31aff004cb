/* MUTANT 3.7c: waits for ever. CAUGHT BY: 3.7/posix */
    uint32_t mine = self_id();

    while (!take(mutex, mine)) {
        uint32_t word = __atomic_load_n(&mutex->word, __ATOMIC_RELAXED);
        if (word == 0)
            continue;
        if (!(word & WAITERS) &&
            !__atomic_compare_exchange_n(&mutex->word, &word, word | WAITERS, false,
                                         __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            continue;
        if (futex_wait(&mutex->word, word | WAITERS, UINT64_MAX) == -ETIMEDOUT)
            return ETIMEDOUT;
        mine |= WAITERS; /* others may wait, too: the word has forgotten them */
    }
    return 0;
