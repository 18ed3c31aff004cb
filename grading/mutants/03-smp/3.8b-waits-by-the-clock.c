/* MUTANT 3.8b: waits for as long as answers take, and for no answer. CAUGHT BY:
 * 3.8/it_is_an_answer_that_is_waited_for */
    uint64_t others = 0;
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i]->online && i != cpu_number())
            others |= 1ul << i;
    request_pages = pages;
    request_count = count;
    __atomic_store_n(&asked, others, __ATOMIC_RELEASE);
    lapic_send_others(VECTOR_SHOOTDOWN);
    for (int i = 0; i < 20000 && __atomic_load_n(&asked, __ATOMIC_ACQUIRE); i++)
        pause();
