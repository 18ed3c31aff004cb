    apic_write(APIC_LVT_TIMER, VECTOR_TIMER | 0u << 17);
    apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
    apic_write(APIC_TIMER_INITIAL, ticks);
