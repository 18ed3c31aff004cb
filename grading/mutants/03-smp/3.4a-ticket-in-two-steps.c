/*
 * MUTANT 3.4a: a ticket is read first and counted after that. CAUGHT BY: 3.4/a_ticket_is_drawn_at_once
 */
    uint32_t ticket = lock->next++;

    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket) {
        shootdown_poll();
        pause();
    }
