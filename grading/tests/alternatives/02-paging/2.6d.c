    struct page_mapping found;
    unsigned ist = 1, vector = 0;

    kprintf("no handler was entered");
    while (ist <= IST_STACKS) {
        uint64_t end = trap_stack(ist);
        int64_t high = (int64_t)end >> 47;
        if (high != 0 && high != -1) {
            kprintf(": IST %u, %s, is 0x%lx, not canonical", ist, ist_stack(ist)->name, end);
            return;
        }
        if (address >= end - 64 && address <= end - 1) {
            kprintf(": IST %u, %s, is 0x%lx, which leads to ", ist, ist_stack(ist)->name, end);
            print_place(address, PF_WRITE);
            kprintf(" (%s)", page_lookup(&kernel_tables, address, &found) ? "read-only" : "absent");
            return;
        }
        ist++;
    }
    while (vector < 32 && trap_gate_intact(vector))
        vector++;
    if (vector < 32)
        kprintf(": gate %u of the IDT is damaged", vector);
    else
        kprintf(", though stacks and gates look right");
