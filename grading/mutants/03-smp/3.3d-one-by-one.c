/* MUTANT 3.3d: starts one processor after the other. CAUGHT BY: 3.3/they_come_up_side_by_side */
    for (uint32_t i = 1; i < cpu_count; i++) {
        lapic_send_init(cpus[i]->apic_id);
        clock_delay(INIT_DELAY);
        for (int attempt = 0; attempt < 2 && !cpus[i]->started; attempt++) {
            lapic_send_startup(cpus[i]->apic_id, page / PAGE_SIZE);
            nanos_t end = clock_now() + (attempt == 0 ? STARTUP_DELAY : START_TIMEOUT);
            while (!cpus[i]->started && clock_now() < end)
                rest();
        }
    }
