/* MUTANT 3.4a: looks for shootdowns once, before it waits. CAUGHT BY:
 * 3.4/who_waits_looks_for_shootdowns */
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    if (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
        shootdown_poll();
    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
        pause();
