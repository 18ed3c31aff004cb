/* MUTANT 2.3c: CR3 still holds the loader's tables. CAUGHT BY: 2.3/control_registers_are_set,
 * 2.3/nothing_else_is_mapped */
    write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
    write_cr0(read_cr0() | CR0_WP);
    write_cr4(read_cr4() | CR4_PGE);
