/* MUTANT 3.3a: cuts off the upper half of the TSS's address. CAUGHT BY: 3.3/tables_of_their_own */
    uint64_t base = (uint64_t)&cpu->tss;

    cpu->tss.io_map_base = sizeof cpu->tss;
    cpu->gdt[SELECTOR_CODE / 8] = GDT_CODE64;
    cpu->gdt[SELECTOR_DATA / 8] = GDT_DATA;
    cpu->gdt[SELECTOR_TSS / 8] = (sizeof cpu->tss - 1) | (base & 0xffffff) << 16 | GDT_TSS64 << 40 |
                                 (base >> 24 & 0xff) << 56;
    cpu->gdt[SELECTOR_TSS / 8 + 1] = 0;

    const struct descriptor_table table = {sizeof cpu->gdt - 1, (uint64_t)cpu->gdt};
    load_gdt(&table);
    load_tr(SELECTOR_TSS);
    traps_load();
    write_msr(MSR_GS_BASE, (uint64_t)cpu);
