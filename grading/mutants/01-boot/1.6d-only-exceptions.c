/* MUTANT 1.6d: fills the 32 gates of the exceptions only. CAUGHT BY: 1.6/every_gate_is_right */
    for (unsigned vector = 0; vector < 32; vector++) {
        uint64_t stub = (uint64_t)trap_stubs + vector * STUB_SIZE;
        idt[vector] = (struct idt_gate){
            .offset_low = stub & 0xffff,
            .selector = SELECTOR_CODE,
            .ist = ist_of(vector),
            .type = GATE_INTERRUPT,
            .offset_middle = stub >> 16 & 0xffff,
            .offset_high = stub >> 32,
        };
    }

    const struct descriptor_table table = {sizeof idt - 1, (uint64_t)idt};
    load_idt(&table);
