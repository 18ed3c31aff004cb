/* MUTANT 3.3d: sends one start-up only. CAUGHT BY: 3.3/processors_that_never_come */
    for (uint32_t i = 1; i < cpu_count; i++)
        lapic_send_init(cpus[i]->apic_id);
    clock_delay(INIT_DELAY);

    for (int attempt = 0; attempt < 1; attempt++) {
        for (uint32_t i = 1; i < cpu_count; i++)
            if (!cpus[i]->started)
                lapic_send_startup(cpus[i]->apic_id, page / PAGE_SIZE);
        nanos_t end = clock_now() + (START_TIMEOUT);
        for (uint32_t i = 1; i < cpu_count; i++)
            while (!cpus[i]->started && clock_now() < end)
                rest();
    }
