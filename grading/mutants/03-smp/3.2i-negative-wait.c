/* MUTANT 3.2i: takes a deadline that has passed for one in centuries. CAUGHT BY:
 * 3.2/deadlines_at_the_edges */
    if (deadline == UINT64_MAX) {
        lapic_timer_set(0);
        return;
    }
    nanos_t now = clock_now(), wait = deadline - now;
    uint64_t ticks = scale(wait < WAIT_MAX ? wait : WAIT_MAX, timer_per_nano) + 1;
    lapic_timer_set(ticks < UINT32_MAX ? ticks : UINT32_MAX);
