    /* Whether it is the last one is known before the word changes. */
    uint64_t state = __atomic_load_n(&barrier->state, __ATOMIC_ACQUIRE);
    bool last;
    for (;;) {
        last = barrier->count - COME(state) == 1;
        uint64_t next = last ? state - COME(state) + (1ul << 32) : state + 1;
        if (__atomic_compare_exchange_n(&barrier->state, &state, next, true, __ATOMIC_SEQ_CST,
                                        __ATOMIC_ACQUIRE))
            break;
    }
    uint32_t *word = round_word(barrier), round = ROUND(state);
    if (last)
        futex_wake(word, barrier->count - 1 ? barrier->count - 1 : 1);
    while (!last && __atomic_load_n(word, __ATOMIC_ACQUIRE) == round)
        futex_wait(word, round, UINT64_MAX);
    return last;
