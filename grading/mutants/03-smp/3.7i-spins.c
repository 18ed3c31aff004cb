/* MUTANT 3.7i: looks at the round again and again instead of waiting. CAUGHT BY:
 * 3.7/who_waits_sleeps */
    extern void thread_yield(void);
    uint64_t state = __atomic_load_n(&barrier->state, __ATOMIC_RELAXED), next;
    do
        next = COME(state) + 1 == barrier->count ? (uint64_t)(ROUND(state) + 1) << 32 : state + 1;
    while (!__atomic_compare_exchange_n(&barrier->state, &state, next, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED));
    while (COME(next) && __atomic_load_n(round_word(barrier), __ATOMIC_ACQUIRE) == ROUND(state))
        thread_yield();
    return COME(next) == 0;
