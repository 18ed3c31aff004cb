/* MUTANT 3.2b: writes to memory only. CAUGHT BY: 3.2/the_local_apic_in_x2apic_mode */
    registers[offset / 4] = value;
