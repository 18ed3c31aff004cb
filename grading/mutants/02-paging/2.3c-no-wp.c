/* MUTANT 2.3c: CR0.WP stays as whoever booted has left it. CAUGHT BY:
 * 2.3/control_registers_are_set, 2.3/forbidden_accesses_fault */
    write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
    write_cr3(kernel_tables.root);
    write_cr4(read_cr4() | CR4_PGE);
