/* MUTANT 3.2e: lets a handler come between the halves. CAUGHT BY:
 * 3.2/nothing_comes_between_the_halves[on] */
    if (!registers) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        write_msr(MSR_X2APIC + APIC_ICR_LOW / 16, (uint64_t)apic_id << 32 | command);
        return;
    }
    apic_write(APIC_ICR_HIGH, apic_id << 24);
    apic_write(APIC_ICR_LOW, command);
    while (apic_read(APIC_ICR_LOW) & ICR_PENDING)
        pause();
