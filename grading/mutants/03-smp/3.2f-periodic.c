/* MUTANT 3.2f: sets a timer that comes again and again. CAUGHT BY: 3.2/an_interrupt_on_time */
    apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
    apic_write(APIC_LVT_TIMER, VECTOR_TIMER | 1u << 17);
    apic_write(APIC_TIMER_INITIAL, ticks);
