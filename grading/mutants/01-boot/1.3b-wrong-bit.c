/* MUTANT 1.3b: waits for a received byte instead of a place for the next one. CAUGHT BY:
 * 1.3/text_arrives_exactly */
    while (!(in8(COM1 + UART_LSR) & LSR_DATA_READY))
        ;
    out8(COM1 + UART_THR, byte);
