    /* By addition: a compare-and-exchange that goes on until it succeeds. */
    uint32_t mine = __atomic_load_n(&lock->next, __ATOMIC_RELAXED);

    while (!__atomic_compare_exchange_n(&lock->next, &mine, mine + 1, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
        ;
    for (;;) {
        uint32_t serving = __atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE);
        if (serving == mine)
            return;
        for (uint32_t before = mine - serving; before > 0; before--)
            pause();
        shootdown_poll();
    }
