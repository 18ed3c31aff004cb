    /* Ends in the middle of the loop. */
    for (;;) {
        if (VALUE(state) >= SEM_VALUE_MAX)
            return answer(EOVERFLOW);
        if (__atomic_compare_exchange_n(&sem->state, &state, state + 1, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
            break;
    }
    if (WAITERS(state))
        futex_wake((uint32_t *)&sem->state, 1);
    return 0;
