    /* Tickets: who draws the last one of a round begins the next, whatever has come since. */
    uint32_t count = barrier->count;
    uint64_t drawn = __atomic_fetch_add(&barrier->state, 1, __ATOMIC_ACQ_REL);
    uint32_t round = ROUND(drawn) + COME(drawn) / count;

    if (COME(drawn) % count == count - 1) {
        __atomic_fetch_add(&barrier->state, (1ul << 32) - count, __ATOMIC_ACQ_REL);
        futex_wake(round_word(barrier), FUTEX_ALL);
        return true;
    }
    for (;;) {
        uint32_t now = __atomic_load_n(round_word(barrier), __ATOMIC_ACQUIRE);
        if ((int32_t)(now - round) > 0)
            return false;
        futex_wait(round_word(barrier), now, UINT64_MAX);
    }
