    /* Behind an XCHG in both modes, which orders as a fence does; interrupts are off in both. */
    uint64_t before = interrupts_save();
    uint32_t fence = 0;

    __atomic_exchange_n(&fence, 1, __ATOMIC_SEQ_CST);
    if (registers) {
        while (apic_read(APIC_ICR_LOW) & ICR_PENDING)
            pause();
        apic_write(APIC_ICR_HIGH, (apic_id & 0xff) << 24);
        apic_write(APIC_ICR_LOW, command);
        do
            pause();
        while (apic_read(APIC_ICR_LOW) & ICR_PENDING);
    } else {
        uint64_t whole = apic_id;
        whole = whole << 32 | command;
        write_msr(MSR_X2APIC + (APIC_ICR_LOW >> 4), whole);
    }
    interrupts_restore(before);
