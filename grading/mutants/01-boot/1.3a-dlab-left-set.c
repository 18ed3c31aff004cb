/* MUTANT 1.3a: leaves DLAB set: offsets 0 and 1 are still the divisor. CAUGHT BY:
 * 1.3/line_is_set_up, 1.3/text_arrives_exactly */
    const uint16_t divisor = UART_CLOCK_HZ / 115200;

    out8(COM1 + UART_IER, 0);
    out8(COM1 + UART_LCR, LCR_DLAB | LCR_8_BITS);
    out8(COM1 + UART_DLL, divisor & 0xff);
    out8(COM1 + UART_DLM, divisor >> 8);
    out8(COM1 + UART_LCR, LCR_DLAB | LCR_8_BITS);
    out8(COM1 + UART_FCR, 0);
    out8(COM1 + UART_MCR, MCR_DTR | MCR_RTS);
