/* MUTANT 1.3d: waits for a byte where it should say that there is none. CAUGHT BY:
 * 1.3/input_arrives */
    while (!(in8(COM1 + UART_LSR) & LSR_DATA_READY))
        ;
    return in8(COM1 + UART_RBR);
