    /*
     * Whoever has to wait takes the mutex with the flag from the first time on: a look too much at
     * the unlock, and one rule less.
     */
    uint32_t mine = self_id() | WAITERS;

    for (;;) {
        uint32_t word = 0;
        if (__atomic_compare_exchange_n(&mutex->word, &word, mine, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return 0;
        uint32_t flagged = word | WAITERS;
        if (word != flagged &&
            !__atomic_compare_exchange_n(&mutex->word, &word, flagged, false, __ATOMIC_RELAXED,
                                         __ATOMIC_RELAXED))
            continue;
        if (futex_wait(&mutex->word, flagged, deadline) == -ETIMEDOUT)
            return ETIMEDOUT;
    }
