/* MUTANT 3.4a: waits until nobody has the lock, and then tries to be the first: no queue. CAUGHT
 * BY: 3.4/a_ticket_is_drawn_at_once */
    for (;;) {
        uint32_t serving = __atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE);
        if (__atomic_compare_exchange_n(&lock->next, &serving, serving + 1, false,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return;
        shootdown_poll();
        pause();
    }
