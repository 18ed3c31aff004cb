/* MUTANT 3.4a: compares 16 bits of the ticket, as others do who have no more. CAUGHT BY:
 * 3.4/one_at_a_time */
    uint16_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket) {
        shootdown_poll();
        pause();
    }
