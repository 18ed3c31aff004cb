/* MUTANT 1.6e: does not say that user mode has faulted. CAUGHT BY: 1.6/error_codes_in_words */
    if (vector == VECTOR_PF) {
        const char *access = code & PF_WRITE ? "write to" : "read from";
        if (code & PF_FETCH)
            access = "instruction fetch from";
        kprintf("%s %s", access, code & PF_PRESENT ? "a page that forbids it" : "an absent page");
        if (code & PF_RESERVED)
            kprintf(", reserved bit set in a table");
    } else if (vector >= VECTOR_TS && vector <= VECTOR_GP) {
        unsigned selector = code & 0xfff8;
        if (code == 0)
            kprintf("no selector");
        else if (code & 2)
            kprintf("gate %u of the IDT", selector >> 3);
        else
            kprintf("selector 0x%04x of the %s", selector, code & 4 ? "LDT" : "GDT");
        if (code & 1)
            kprintf(", from outside the program");
    } else {
        kprintf("no meaning");
    }
