    if (registers != NULL)
        return *(volatile uint32_t *)((volatile char *)registers + offset);
    return read_msr(MSR_X2APIC | offset >> 4) & UINT32_MAX;
