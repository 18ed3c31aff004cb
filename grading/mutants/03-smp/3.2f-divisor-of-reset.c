/* MUTANT 3.2f: leaves the divisor as it is after a reset. CAUGHT BY: 3.2/an_interrupt_on_time */
    apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
    apic_write(APIC_TIMER_INITIAL, ticks);
