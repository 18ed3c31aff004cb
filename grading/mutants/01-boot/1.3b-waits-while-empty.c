/* MUTANT 1.3b: waits as long as the UART is empty. CAUGHT BY: 1.3/text_arrives_exactly */
    while (in8(COM1 + UART_LSR) & LSR_THR_EMPTY)
        ;
    out8(COM1 + UART_THR, byte);
