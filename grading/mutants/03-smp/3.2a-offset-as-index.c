/* MUTANT 3.2a: takes the offset for a number of words. CAUGHT BY: 3.2/interrupts_for_others,
 * 3.2/an_interrupt_on_time */
    return registers ? registers[offset] : (uint32_t)read_msr(MSR_X2APIC + offset / 16);
