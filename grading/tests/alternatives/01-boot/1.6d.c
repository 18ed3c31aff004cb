    uint64_t(*words)[2] = (void *)idt;
    int vector = VECTORS;

    do {
        vector--;
        uint64_t stub = (uint64_t)&trap_stubs[vector * STUB_SIZE];
        uint64_t ist = ist_of(vector);
        words[vector][0] = (stub & 0xffff) | SELECTOR_CODE << 16 | ist << 32 |
                           (uint64_t)GATE_INTERRUPT << 40 | (stub >> 16 & 0xffff) << 48;
        words[vector][1] = stub >> 32;
    } while (vector);

    struct descriptor_table table = {.base = (uint64_t)idt, .limit = 4095};
    load_idt(&table);
