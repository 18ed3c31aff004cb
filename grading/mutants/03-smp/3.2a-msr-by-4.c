/* MUTANT 3.2a: reads the MSR at offset / 4. CAUGHT BY: 3.2/interrupts_for_others_in_x2apic_mode */
    return registers ? registers[offset / 4] : (uint32_t)read_msr(MSR_X2APIC + offset / 4);
