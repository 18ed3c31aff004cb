    uint32_t ticks = 0;

    if (deadline != UINT64_MAX) {
        nanos_t now = clock_now();
        ticks = 1;
        if (deadline > now) {
            uint64_t wanted = UINT32_MAX;
            if (deadline - now < WAIT_MAX)
                wanted = scale(deadline - now, timer_per_nano) + 1;
            ticks = wanted > UINT32_MAX ? UINT32_MAX : wanted;
        }
    }
    lapic_timer_set(ticks);
