/* MUTANT 2.3c: EFER.NXE stays as whoever booted has left it. CAUGHT BY:
 * 2.3/control_registers_are_set */
    write_cr0(read_cr0() | CR0_WP);
    write_cr3(kernel_tables.root);
    write_cr4(read_cr4() | CR4_PGE);
