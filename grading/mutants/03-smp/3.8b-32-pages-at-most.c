/* MUTANT 3.8b: asks for at most 32 pages: of more, the others stay. CAUGHT BY:
 * 3.8/pages_are_exchanged_for_all */
    uint64_t others = 0;
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i]->online && i != cpu_number())
            others |= 1ul << i;
    request_pages = pages;
    request_count = count < SHOOTDOWN_PAGES ? count : SHOOTDOWN_PAGES;
    __atomic_store_n(&asked, others, __ATOMIC_RELEASE);
    lapic_send_others(VECTOR_SHOOTDOWN);
    while (__atomic_load_n(&asked, __ATOMIC_ACQUIRE))
        pause();
