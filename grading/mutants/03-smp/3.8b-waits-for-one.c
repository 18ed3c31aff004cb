/* MUTANT 3.8b: waits until the first one has flushed. CAUGHT BY: 3.8/nobody_is_left_out */
    uint64_t others = 0;
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i]->online && i != cpu_number())
            others |= 1ul << i;
    request_pages = pages;
    request_count = count;
    __atomic_store_n(&asked, others, __ATOMIC_RELEASE);
    lapic_send_others(VECTOR_SHOOTDOWN);
    while (__atomic_load_n(&asked, __ATOMIC_ACQUIRE) == others)
        pause();
