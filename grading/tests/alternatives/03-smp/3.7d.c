    /* Without the flag there is nothing more to do than to clear the word. */
    uint32_t word = self_id();
    if (!__atomic_compare_exchange_n(&mutex->word, &word, 0, false, __ATOMIC_RELEASE,
                                     __ATOMIC_RELAXED)) {
        uint32_t *name = &mutex->word;
        __atomic_store_n(name, 0, __ATOMIC_RELEASE);
        futex_wake(name, 1);
    }
