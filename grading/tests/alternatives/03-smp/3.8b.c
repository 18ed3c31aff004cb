    /* One after the other: each gets an interrupt of its own. */
    uint64_t all = 0;

    request_pages = pages;
    request_count = count;
    for (uint32_t i = 0; i < cpu_count; i++) {
        if (i == cpu_number() || !cpus[i]->online)
            continue;
        __atomic_fetch_or(&asked, 1ul << i, __ATOMIC_SEQ_CST);
        lapic_send(cpus[i]->apic_id, VECTOR_SHOOTDOWN);
        all++;
    }
    while (all > 0 && __atomic_load_n(&asked, __ATOMIC_SEQ_CST) != 0)
        pause();
