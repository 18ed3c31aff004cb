/* MUTANT 1.3d: takes the byte 0 for none. CAUGHT BY: 1.3/input_arrives */
    if (!(in8(COM1 + UART_LSR) & LSR_DATA_READY))
        return -EAGAIN;
    int byte = in8(COM1 + UART_RBR);
    return byte ? byte : -EAGAIN;
