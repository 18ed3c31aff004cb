    char *top = ist_stacks[0];
    for (int i = 1; i <= IST_STACKS; i++) {
        top += IST_STACK_SIZE;
        tss.ist[i - 1] = (uint64_t)top;
    }
    tss.io_map_base = 0xffff;

    gdt[1] = 0x00209b0000000000; /* limits and bases do not count in 64-bit mode */
    gdt[2] = 0x0000930000000000;
    uint8_t *descriptor = (uint8_t *)&gdt[3];
    uint64_t base = (uint64_t)&tss;
    descriptor[0] = sizeof tss - 1;
    descriptor[5] = GDT_TSS64;
    for (int byte = 0; byte < 8; byte++) {
        static const uint8_t places[] = {2, 3, 4, 7, 8, 9, 10, 11};
        descriptor[places[byte]] = base >> (8 * byte);
    }

    struct descriptor_table table;
    table.base = (uint64_t)&gdt[0];
    table.limit = 39;
    load_gdt(&table);
    load_tr(3 << 3);
