/* MUTANT 3.3d: sends the start-up right after INIT. CAUGHT BY: 3.3/init_and_start_up */
    for (uint32_t i = 1; i < cpu_count; i++)
        lapic_send_init(cpus[i]->apic_id);

    for (int attempt = 0; attempt < 2; attempt++) {
        for (uint32_t i = 1; i < cpu_count; i++)
            if (!cpus[i]->started)
                lapic_send_startup(cpus[i]->apic_id, page / PAGE_SIZE);
        nanos_t end = clock_now() + (attempt == 0 ? STARTUP_DELAY : START_TIMEOUT);
        for (uint32_t i = 1; i < cpu_count; i++)
            while (!cpus[i]->started && clock_now() < end)
                rest();
    }
