/* MUTANT 3.7i: comes with one instruction, but not an atomic one. CAUGHT BY:
 * 3.7/interrupted_anywhere[barrier] */
    uint32_t mine = ROUND(__atomic_load_n(&barrier->state, __ATOMIC_RELAXED));
    barrier->state++;
    if (COME(__atomic_load_n(&barrier->state, __ATOMIC_RELAXED)) == barrier->count) {
        __atomic_store_n(&barrier->state, (uint64_t)(mine + 1) << 32, __ATOMIC_RELEASE);
        futex_wake(round_word(barrier), FUTEX_ALL);
        return true;
    }
    while (__atomic_load_n(round_word(barrier), __ATOMIC_ACQUIRE) == mine)
        futex_wait(round_word(barrier), mine, UINT64_MAX);
    return false;
