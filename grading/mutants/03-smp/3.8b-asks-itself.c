/* MUTANT 3.8b: asks all, the caller too, who waits for itself. CAUGHT BY:
 * 3.8/pages_are_exchanged_for_all, 3.8/who_waits_for_a_lock_is_no_obstacle */
    uint64_t others = 0;
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i]->online)
            others |= 1ul << i;
    request_pages = pages;
    request_count = count;
    __atomic_store_n(&asked, others, __ATOMIC_RELEASE);
    lapic_send_others(VECTOR_SHOOTDOWN);
    while (__atomic_load_n(&asked, __ATOMIC_ACQUIRE))
        pause();
