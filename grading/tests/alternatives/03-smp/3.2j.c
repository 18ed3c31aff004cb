    /* Both at the same time, word by word, with all inputs masked before and after. */
    out8(PIC1 + PIC_DATA, 0xff);
    out8(PIC2 + PIC_DATA, 0xff);
    out8(PIC1, 0x11);
    out8(PIC2, 0x11);
    out8(PIC1 + PIC_DATA, PIC_VECTORS);
    out8(PIC2 + PIC_DATA, PIC_VECTORS + 8);
    out8(PIC1 + PIC_DATA, 4);
    out8(PIC2 + PIC_DATA, 2);
    out8(PIC1 + PIC_DATA, 1);
    out8(PIC2 + PIC_DATA, 1);
    out8(PIC1 + PIC_DATA, 0xff);
    out8(PIC2 + PIC_DATA, 0xff);
