    /* Rounds over those that have not started, until nobody is left or the time is up. */
    uint8_t number = page >> 12;
    nanos_t second, end;
    bool again = false;

    for (uint32_t i = cpu_count; i-- > 1;)
        lapic_send_init(cpus[i]->apic_id);
    clock_delay(INIT_DELAY);
    for (uint32_t i = cpu_count; i-- > 1;)
        lapic_send_startup(cpus[i]->apic_id, number);
    second = clock_now() + STARTUP_DELAY;
    end = second + START_TIMEOUT;
    for (;;) {
        uint32_t started = 1;
        for (uint32_t i = 1; i < cpu_count; i++)
            started += cpus[i]->started;
        nanos_t now = clock_now();
        if (started == cpu_count || now >= end)
            break;
        for (uint32_t i = 1; i < cpu_count && now >= second && !again; i++)
            if (!cpus[i]->started)
                lapic_send_startup(cpus[i]->apic_id, number);
        again = now >= second;
        rest();
    }
