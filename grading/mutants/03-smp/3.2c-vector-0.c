/* MUTANT 3.2c: leaves the spurious vector at 0. CAUGHT BY: 3.2/the_local_apic_in_use */
    uint64_t base = read_msr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

    write_msr(MSR_APIC_BASE, registers ? base : base | APIC_BASE_X2APIC);
    apic_write(APIC_TPR, 0);
    apic_write(APIC_SPURIOUS, SOFTWARE_ON);
    apic_write(APIC_LVT_TIMER, LVT_MASKED);
    apic_write(APIC_LVT_LINT0, LVT_MASKED);
    apic_write(APIC_LVT_LINT1, LVT_NMI);
    apic_write(APIC_LVT_ERROR, LVT_MASKED);
    apic_write(APIC_EOI, 0);
