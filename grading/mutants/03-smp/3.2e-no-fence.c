/* MUTANT 3.2e: lets the interrupt overtake what was written to memory. CAUGHT BY:
 * 3.2/interrupts_for_others_in_x2apic_mode */
    if (!registers) {
        write_msr(MSR_X2APIC + APIC_ICR_LOW / 16, (uint64_t)apic_id << 32 | command);
        return;
    }
    uint64_t flags = interrupts_save();
    apic_write(APIC_ICR_HIGH, apic_id << 24);
    apic_write(APIC_ICR_LOW, command);
    while (apic_read(APIC_ICR_LOW) & ICR_PENDING)
        pause();
    interrupts_restore(flags);
