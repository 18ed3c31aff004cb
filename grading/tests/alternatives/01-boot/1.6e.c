    switch (vector) {
    case VECTOR_PF: {
        static const char *const ways[] = {"read from", "write to", "instruction fetch from"};
        unsigned way = code & PF_FETCH ? 2 : (code & PF_WRITE) / PF_WRITE;
        kprintf(ways[way]);
        kprintf(code & PF_PRESENT ? " a page that forbids it" : " an absent page");
        kprintf("%s%s", code & PF_USER ? ", in user mode" : "",
                code & PF_RESERVED ? ", reserved bit set in a table" : "");
        return;
    }
    case VECTOR_TS:
    case VECTOR_NP:
    case VECTOR_SS:
    case VECTOR_GP:
        if (code == 0) {
            kprintf("no selector");
            return;
        }
        switch (code >> 1 & 3) {
        case 0:
            kprintf("selector 0x%04lx of the GDT", code & ~7ul);
            break;
        case 2:
            kprintf("selector 0x%04lx of the LDT", code & ~7ul);
            break;
        default:
            kprintf("gate %lu of the IDT", code / 8);
        }
        if (code % 2)
            kprintf(", from outside the program");
        return;
    default:
        kprintf("no meaning");
    }
