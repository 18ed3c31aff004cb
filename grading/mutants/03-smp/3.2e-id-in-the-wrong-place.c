/* MUTANT 3.2e: writes an x2APIC's id where an xAPIC has it. CAUGHT BY:
 * 3.2/interrupts_for_others_in_x2apic_mode */
    if (!registers) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        write_msr(MSR_X2APIC + APIC_ICR_LOW / 16, (uint64_t)apic_id << 56 | command);
        return;
    }
    uint64_t flags = interrupts_save();
    apic_write(APIC_ICR_HIGH, apic_id << 24);
    apic_write(APIC_ICR_LOW, command);
    while (apic_read(APIC_ICR_LOW) & ICR_PENDING)
        pause();
    interrupts_restore(flags);
