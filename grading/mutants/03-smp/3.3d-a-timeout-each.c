/* MUTANT 3.3d: waits for each missing processor anew. CAUGHT BY: 3.3/processors_that_never_come */
    for (uint32_t i = 1; i < cpu_count; i++)
        lapic_send_init(cpus[i]->apic_id);
    clock_delay(INIT_DELAY);

    for (int attempt = 0; attempt < 2; attempt++) {
        for (uint32_t i = 1; i < cpu_count; i++)
            if (!cpus[i]->started)
                lapic_send_startup(cpus[i]->apic_id, page / PAGE_SIZE);
        for (uint32_t i = 1; i < cpu_count; i++) {
            nanos_t end = clock_now() + (attempt == 0 ? STARTUP_DELAY : START_TIMEOUT);
            while (!cpus[i]->started && clock_now() < end)
                rest();
        }
    }
