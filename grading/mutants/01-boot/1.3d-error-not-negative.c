/* MUTANT 1.3d: returns EAGAIN, which is the byte 11. CAUGHT BY: 1.3/input_arrives */
    if (!(in8(COM1 + UART_LSR) & LSR_DATA_READY))
        return EAGAIN;
    return in8(COM1 + UART_RBR);
