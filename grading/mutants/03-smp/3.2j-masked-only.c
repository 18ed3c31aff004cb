/* MUTANT 3.2j: masks the PICs, and leaves their vectors among the exceptions. CAUGHT BY:
 * 3.2/the_pics_keep_quiet */
    const struct {
        uint16_t port;
        uint8_t vectors, wiring;
    } pics[] = {{PIC1, PIC_VECTORS, 1 << 2}, {PIC2, PIC_VECTORS + 8, 2}};
    for (unsigned i = 0; i < 2; i++) {
        out8(pics[i].port + PIC_DATA, 0xff);
    }
