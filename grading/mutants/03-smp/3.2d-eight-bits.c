/* MUTANT 3.2d: takes the high byte for the id of an x2APIC. CAUGHT BY:
 * 3.2/the_local_apic_in_x2apic_mode */
    return apic_read(APIC_ID) >> 24;
