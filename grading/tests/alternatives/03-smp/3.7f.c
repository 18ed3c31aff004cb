    /* Any other number will do. */
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&cond->sequence, &sequence, sequence - 1, false,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        continue;
    futex_wake(&cond->sequence, count);
