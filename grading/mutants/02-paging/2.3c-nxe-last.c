/* MUTANT 2.3c: sets EFER.NXE after the first page with NX is used. CAUGHT BY:
 * 2.3/control_registers_are_set */
    write_cr3(kernel_tables.root);
    write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
    write_cr0(read_cr0() | CR0_WP);
    write_cr4(read_cr4() | CR4_PGE);
