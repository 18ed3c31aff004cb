/* MUTANT 1.3d: bytes from 0x80 on come back negative. CAUGHT BY: 1.3/input_arrives */
    if (!(in8(COM1 + UART_LSR) & LSR_DATA_READY))
        return -EAGAIN;
    char byte = in8(COM1 + UART_RBR);
    return byte;
