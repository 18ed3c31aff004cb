/* MUTANT 3.7i: everybody is the last one. CAUGHT BY: 3.7/storm,
 * 3.7/interrupted_anywhere[barrier] */
    uint64_t state = __atomic_load_n(&barrier->state, __ATOMIC_RELAXED), next;
    do
        next = COME(state) + 1 == barrier->count ? (uint64_t)(ROUND(state) + 1) << 32 : state + 1;
    while (!__atomic_compare_exchange_n(&barrier->state, &state, next, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED));
    if (COME(next) == 0) {
        futex_wake(round_word(barrier), FUTEX_ALL);
        return true;
    }
    while (__atomic_load_n(round_word(barrier), __ATOMIC_ACQUIRE) == ROUND(state))
        futex_wait(round_word(barrier), ROUND(state), UINT64_MAX);
    return true;
