    /* Both bits at once where both are due; everything masked first, and what is wanted opened. */
    uint64_t wanted = APIC_BASE_ENABLE | (registers ? 0 : APIC_BASE_X2APIC);
    static const uint16_t table[] = {APIC_LVT_TIMER, APIC_LVT_LINT0, APIC_LVT_LINT1,
                                     APIC_LVT_ERROR};

    write_msr(MSR_APIC_BASE, read_msr(MSR_APIC_BASE) | wanted);
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
        apic_write(table[i], LVT_MASKED);
    apic_write(APIC_SPURIOUS, VECTOR_SPURIOUS | SOFTWARE_ON);
    apic_write(APIC_LVT_LINT1, LVT_NMI);
    apic_write(APIC_TPR, 0);
    lapic_eoi();
