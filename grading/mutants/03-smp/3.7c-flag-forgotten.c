/* MUTANT 3.7c: takes the mutex as if nobody else could be waiting. CAUGHT BY:
 * 3.7/at_the_same_time[three], 3.7/storm */
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
    }
    return 0;
