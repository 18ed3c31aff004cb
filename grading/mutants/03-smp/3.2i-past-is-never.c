/* MUTANT 3.2i: a deadline that has passed stops the timer. CAUGHT BY: 3.2/deadlines_at_the_edges */
    if (deadline == UINT64_MAX) {
        lapic_timer_set(0);
        return;
    }
    nanos_t now = clock_now(), wait = deadline > now ? deadline - now : 0;
    uint64_t ticks = scale(wait < WAIT_MAX ? wait : WAIT_MAX, timer_per_nano);
    lapic_timer_set(ticks < UINT32_MAX ? ticks : UINT32_MAX);
