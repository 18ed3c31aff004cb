/* MUTANT 3.2b: does not write where the EOI goes. CAUGHT BY: 3.2/interrupt_after_interrupt,
 * 3.2/an_interrupt_on_time */
    if (offset == APIC_EOI)
        return;
    if (registers)
        registers[offset / 4] = value;
    else
        write_msr(MSR_X2APIC + offset / 16, value);
