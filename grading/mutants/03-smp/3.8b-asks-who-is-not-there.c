/* MUTANT 3.8b: asks CPUs that never came up, and waits for them. CAUGHT BY:
 * 3.8/the_request_is_complete */
    uint64_t others = 0;
    for (uint32_t i = 0; i < cpu_count; i++)
        if (i != cpu_number())
            others |= 1ul << i;
    request_pages = pages;
    request_count = count;
    __atomic_store_n(&asked, others, __ATOMIC_RELEASE);
    lapic_send_others(VECTOR_SHOOTDOWN);
    while (__atomic_load_n(&asked, __ATOMIC_ACQUIRE))
        pause();
