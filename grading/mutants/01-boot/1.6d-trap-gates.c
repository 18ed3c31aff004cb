/* MUTANT 1.6d: fills trap gates, which leave interrupts on. CAUGHT BY: 1.6/every_gate_is_right */
    for (unsigned vector = 0; vector < VECTORS; vector++) {
        uint64_t stub = (uint64_t)trap_stubs + vector * STUB_SIZE;
        idt[vector] = (struct idt_gate){
            .offset_low = stub & 0xffff,
            .selector = SELECTOR_CODE,
            .ist = ist_of(vector),
            .type = 0x8f,
            .offset_middle = stub >> 16 & 0xffff,
            .offset_high = stub >> 32,
        };
    }

    const struct descriptor_table table = {sizeof idt - 1, (uint64_t)idt};
    load_idt(&table);
