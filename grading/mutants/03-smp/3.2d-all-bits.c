/* MUTANT 3.2d: takes the whole register for the id of an xAPIC. CAUGHT BY:
 * 3.2/interrupts_for_others */
    return apic_read(APIC_ID);
