/* MUTANT 3.2h: waits as long, and then takes the speeds of the machine of the tests for granted.
 * CAUGHT BY: 3.2/any_speed_is_measured */
    struct look first, last;
    do {
        pit_start(PIT_ONCE, UINT16_MAX);
        lapic_timer_set(UINT32_MAX);
        first = last = look();
        for (uint32_t looks = 0; (uint16_t)(first.pit - last.pit) < MEASURE_TICKS; last = look())
            if (looks++ == LOOKS_MAX)
                panic("the PIT does not count: no clock to measure by");
        lapic_timer_set(0);
    } while (last.over);

    uint32_t khz = boot_info->tsc_khz ? boot_info->tsc_khz : 1000000;
    nanos_per_tick = (1000000ul << 32) / khz;
    timer_per_nano = 1ul << 32;
