/* MUTANT 2.3c: CR4.PGE is forgotten. CAUGHT BY: 2.3/control_registers_are_set */
    write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
    write_cr0(read_cr0() | CR0_WP);
    write_cr3(kernel_tables.root);
