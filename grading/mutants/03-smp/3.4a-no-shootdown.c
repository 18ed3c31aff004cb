/* MUTANT 3.4a: waits without looking for shootdowns: two processors can wait for each other.
 * CAUGHT BY: 3.4/who_waits_looks_for_shootdowns */
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
        pause();
