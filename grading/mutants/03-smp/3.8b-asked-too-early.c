/* MUTANT 3.8b: asks before the request is there: who looks at once flushes the one before.
 * CAUGHT BY: 3.8/pages_are_exchanged_for_all */
    uint64_t others = 0;
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i]->online && i != cpu_number())
            others |= 1ul << i;
    __atomic_store_n(&asked, others, __ATOMIC_RELEASE);
    lapic_send_others(VECTOR_SHOOTDOWN);
    for (int i = 0; i < 100; i++)
        pause();
    request_pages = pages;
    request_count = count;
    while (__atomic_load_n(&asked, __ATOMIC_ACQUIRE))
        pause();
