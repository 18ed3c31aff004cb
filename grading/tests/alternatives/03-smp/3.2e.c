    /* In both modes behind the same fence; interrupts are off in both, which x2APIC does not need. */
    uint64_t before = interrupts_save();

    __atomic_thread_fence(__ATOMIC_SEQ_CST);
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
