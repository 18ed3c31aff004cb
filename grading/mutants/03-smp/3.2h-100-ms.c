/* MUTANT 3.2h: measures for 50 ms, the whole run of the PIT. CAUGHT BY: 3.2/the_clock_is_right */
    struct look first, last;
    do {
        pit_start(PIT_ONCE, UINT16_MAX);
        lapic_timer_set(UINT32_MAX);
        first = last = look();
        for (uint32_t looks = 0; (uint16_t)(first.pit - last.pit) < 60000; last = look())
            if (looks++ == LOOKS_MAX)
                panic("the PIT does not count: no clock to measure by");
        lapic_timer_set(0);
    } while (last.over);

    uint64_t nanos = (uint16_t)(first.pit - last.pit) * NANOS_PER_SECOND / PIT_HZ;
    if (boot_info->tsc_khz)
        nanos_per_tick = (1000000ul << 32) / boot_info->tsc_khz;
    else
        nanos_per_tick = (nanos << 32) / (last.tsc - first.tsc);
    timer_per_nano = ((uint64_t)(first.timer - last.timer) << 32) / nanos;
