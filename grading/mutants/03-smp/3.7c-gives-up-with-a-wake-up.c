/* MUTANT 3.7c: looks at the clock after a wake-up, and leaves without passing it on. CAUGHT BY:
 * 3.7/at_the_same_time[time-outs] */
    uint32_t mine = self_id();

    while (!take(mutex, mine)) {
        uint32_t word = __atomic_load_n(&mutex->word, __ATOMIC_RELAXED);
        if (word == 0)
            continue;
        if (!(word & WAITERS) &&
            !__atomic_compare_exchange_n(&mutex->word, &word, word | WAITERS, false,
                                         __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            continue;
        futex_wait(&mutex->word, word | WAITERS, deadline);
        if (clock_now() >= deadline)
            return ETIMEDOUT;
        mine |= WAITERS; /* others may wait, too: the word has forgotten them */
    }
    return 0;
