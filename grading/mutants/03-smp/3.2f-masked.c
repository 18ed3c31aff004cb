/* MUTANT 3.2f: leaves the timer masked. CAUGHT BY: 3.2/an_interrupt_on_time */
    apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
    apic_write(APIC_LVT_TIMER, VECTOR_TIMER | LVT_MASKED);
    apic_write(APIC_TIMER_INITIAL, ticks);
