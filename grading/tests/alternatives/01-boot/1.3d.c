    int byte = -EAGAIN;

    if (in8(COM1 + UART_LSR) & LSR_DATA_READY)
        byte = in8(COM1 + UART_RBR) & 0xff;
    return byte;
