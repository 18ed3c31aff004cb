/* MUTANT 3.2f: starts the timer before it says what it is to do. CAUGHT BY:
 * 3.2/interrupts_for_others_in_x2apic_mode */
    apic_write(APIC_TIMER_INITIAL, ticks);
    apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
    apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
