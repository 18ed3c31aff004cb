/* MUTANT 3.2i: takes nanoseconds for ticks since boot. CAUGHT BY: 3.2/an_interrupt_on_time */
    if (deadline == UINT64_MAX) {
        lapic_timer_set(0);
        return;
    }
    nanos_t now = clock_now(), wait = deadline;
    uint64_t ticks = scale(wait < WAIT_MAX ? wait : WAIT_MAX, timer_per_nano) + 1;
    lapic_timer_set(ticks < UINT32_MAX ? ticks : UINT32_MAX);
