/* MUTANT 1.6c: leaves out the upper half of the TSS's address. CAUGHT BY:
 * 1.6/each_ist_stack_is_its_own */
    for (int i = 0; i < IST_STACKS; i++)
        tss.ist[i] = (uint64_t)ist_stacks[i] + IST_STACK_SIZE;
    tss.io_map_base = sizeof tss;

    uint64_t base = (uint64_t)&tss;
    gdt[SELECTOR_CODE / 8] = GDT_CODE64;
    gdt[SELECTOR_DATA / 8] = GDT_DATA;
    gdt[SELECTOR_TSS / 8] =
        (sizeof tss - 1) | (base & 0xffffff) << 16 | GDT_TSS64 << 40 | (base >> 24 & 0xff) << 56;

    const struct descriptor_table table = {sizeof gdt - 1, (uint64_t)gdt};
    load_gdt(&table);
    load_tr(SELECTOR_TSS);
