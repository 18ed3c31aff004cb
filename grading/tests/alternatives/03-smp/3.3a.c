    /* The GS base first; the descriptor by its fields. */
    union {
        uint64_t words[2];
        struct {
            uint16_t limit, base_0;
            uint8_t base_16, type, flags, base_24;
            uint32_t base_32, zero;
        };
    } task = {{0, 0}};
    uint64_t base = (uint64_t)&cpu->tss;

    write_msr(MSR_GS_BASE, (uint64_t)cpu);
    cpu->tss.io_map_base = sizeof cpu->tss;
    task.limit = sizeof cpu->tss - 1;
    task.base_0 = base;
    task.base_16 = base >> 16;
    task.base_24 = base >> 24;
    task.base_32 = base >> 32;
    task.type = GDT_TSS64;
    memcpy(cpu->gdt,
           (const uint64_t[]){0, GDT_CODE64, GDT_DATA, task.words[0], task.words[1]},
           sizeof cpu->gdt);
    traps_load();
    load_gdt(&(const struct descriptor_table){sizeof cpu->gdt - 1, (uint64_t)cpu->gdt});
    load_tr(SELECTOR_TSS);
