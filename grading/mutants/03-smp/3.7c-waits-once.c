/* MUTANT 3.7c: takes a wake-up for the mutex. CAUGHT BY: 3.7/storm */
    uint32_t mine = self_id();

    while (!take(mutex, mine)) {
        uint32_t word = __atomic_load_n(&mutex->word, __ATOMIC_RELAXED);
        if (word == 0)
            continue;
        if (!(word & WAITERS) &&
            !__atomic_compare_exchange_n(&mutex->word, &word, word | WAITERS, false,
                                         __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            continue;
        if (futex_wait(&mutex->word, word | WAITERS, deadline) == -ETIMEDOUT)
            return ETIMEDOUT;
        __atomic_store_n(&mutex->word, mine | WAITERS, __ATOMIC_RELAXED);
        return 0;
    }
    return 0;
