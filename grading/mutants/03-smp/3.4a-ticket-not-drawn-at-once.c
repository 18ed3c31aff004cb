/* MUTANT 3.4a: load and store in two steps: two processors draw the same ticket. CAUGHT BY:
 * 3.4/one_at_a_time */
    uint32_t ticket = __atomic_load_n(&lock->next, __ATOMIC_RELAXED);

    shootdown_poll();
    pause();
    __atomic_store_n(&lock->next, ticket + 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket) {
        shootdown_poll();
        pause();
    }
