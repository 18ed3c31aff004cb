/* MUTANT 3.4a: waits while the number that is called is smaller: not when the numbers run over.
 * CAUGHT BY: 3.4/one_at_a_time */
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) < ticket) {
        shootdown_poll();
        pause();
    }
