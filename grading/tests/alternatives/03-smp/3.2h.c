    /* A little longer than needed, and without the first look, which may have taken its time. */
    struct look before, after;
    uint64_t passed;

    for (;;) {
        uint32_t patience = LOOKS_MAX;
        pit_start(PIT_ONCE, 0xffff);
        lapic_timer_set(UINT32_MAX);
        look();
        before = look();
        do {
            if (patience-- == 0)
                panic("the PIT stands still");
            after = look();
            passed = (uint16_t)(before.pit - after.pit);
        } while (passed <= MEASURE_TICKS);
        lapic_timer_set(0);
        if (!after.over)
            break;
    }
    /* Quarters of a nanosecond, which keep a bit more; the TSC's speed is what it would be told as. */
    uint64_t quarters = passed * 4 * NANOS_PER_SECOND / PIT_HZ;
    uint32_t khz = boot_info->tsc_khz;

    if (khz)
        nanos_per_tick = ((uint64_t)1000000 << 32) / khz;
    else
        nanos_per_tick = (quarters << 30) / (after.tsc - before.tsc);
    timer_per_nano = ((uint64_t)(before.timer - after.timer) << 34) / quarters;
