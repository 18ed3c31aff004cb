/* MUTANT 3.8b: asks the first of the others. CAUGHT BY: 3.8/pages_are_exchanged_for_all */
    uint64_t others = 1ul << (cpu_number() == 0);
    request_pages = pages;
    request_count = count;
    __atomic_store_n(&asked, others, __ATOMIC_RELEASE);
    lapic_send_others(VECTOR_SHOOTDOWN);
    while (__atomic_load_n(&asked, __ATOMIC_ACQUIRE))
        pause();
