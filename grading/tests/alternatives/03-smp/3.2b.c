    if (registers != NULL) {
        *(volatile uint32_t *)((volatile char *)registers + offset) = value;
        return;
    }
    write_msr(MSR_X2APIC | offset >> 4, value);
