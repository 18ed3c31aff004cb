/* MUTANT 3.8b: sets the bits, and then says what is asked. CAUGHT BY: 3.8/the_request_is_complete
 * */
    uint64_t others = 0;
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i]->online && i != cpu_number())
            others |= 1ul << i;
    __atomic_store_n(&asked, others, __ATOMIC_SEQ_CST);
    request_pages = pages;
    request_count = count;
    lapic_send_others(VECTOR_SHOOTDOWN);
    while (__atomic_load_n(&asked, __ATOMIC_ACQUIRE))
        pause();
