/* MUTANT 3.2e: writes the half that sends first. CAUGHT BY: 3.2/nothing_comes_between_the_halves */
    if (!registers) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        write_msr(MSR_X2APIC + APIC_ICR_LOW / 16, (uint64_t)apic_id << 32 | command);
        return;
    }
    uint64_t flags = interrupts_save();
    apic_write(APIC_ICR_LOW, command);
    apic_write(APIC_ICR_HIGH, apic_id << 24);
    while (apic_read(APIC_ICR_LOW) & ICR_PENDING)
        pause();
    interrupts_restore(flags);
