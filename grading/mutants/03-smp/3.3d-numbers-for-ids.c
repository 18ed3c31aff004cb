/* MUTANT 3.3d: sends to the numbers in place of the ids. CAUGHT BY: 3.3/ids_with_gaps */
    for (uint32_t i = 1; i < cpu_count; i++)
        lapic_send_init(cpus[i]->apic_id);
    clock_delay(INIT_DELAY);

    for (int attempt = 0; attempt < 2; attempt++) {
        for (uint32_t i = 1; i < cpu_count; i++)
            if (!cpus[i]->started)
                lapic_send_startup(i, page / PAGE_SIZE);
        nanos_t end = clock_now() + (attempt == 0 ? STARTUP_DELAY : START_TIMEOUT);
        for (uint32_t i = 1; i < cpu_count; i++)
            while (!cpus[i]->started && clock_now() < end)
                rest();
    }
