    /* PGE goes off and on: that forgets global pages of whoever booted. */
    uint64_t cr4 = read_cr4() & ~CR4_PGE;

    write_cr4(cr4);
    write_msr(MSR_EFER, EFER_NXE | read_msr(MSR_EFER));
    write_cr3(kernel_tables.root);
    write_cr4(cr4 | CR4_PGE);
    write_cr0(CR0_WP | read_cr0());
