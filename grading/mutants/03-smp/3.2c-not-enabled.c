/* MUTANT 3.2c: forgets the software enable. CAUGHT BY: 3.2/the_local_apic_in_use,
 * 3.2/interrupt_after_interrupt */
    uint64_t base = read_msr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

    write_msr(MSR_APIC_BASE, registers ? base : base | APIC_BASE_X2APIC);
    apic_write(APIC_TPR, 0);
    apic_write(APIC_SPURIOUS, VECTOR_SPURIOUS);
    apic_write(APIC_LVT_TIMER, LVT_MASKED);
    apic_write(APIC_LVT_LINT0, LVT_MASKED);
    apic_write(APIC_LVT_LINT1, LVT_NMI);
    apic_write(APIC_LVT_ERROR, LVT_MASKED);
    apic_write(APIC_EOI, 0);
