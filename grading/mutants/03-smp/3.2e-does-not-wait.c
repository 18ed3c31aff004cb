/*
 * MUTANT 3.2e: returns before the interrupt is on its way.
 * CAUGHT BY: 3.2/a_command_that_is_not_on_its_way_yet
 */
    if (!registers) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        write_msr(MSR_X2APIC + APIC_ICR_LOW / 16, (uint64_t)apic_id << 32 | command);
        return;
    }
    uint64_t flags = interrupts_save();
    apic_write(APIC_ICR_HIGH, apic_id << 24);
    apic_write(APIC_ICR_LOW, command);
    interrupts_restore(flags);
