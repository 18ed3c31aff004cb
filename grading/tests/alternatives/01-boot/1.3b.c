    uint8_t status;

    do
        status = in8(COM1 + UART_LSR);
    while ((status & LSR_TX_EMPTY) == 0); /* empty down to the last bit: more than is needed */
    out8(COM1 + UART_THR, (uint8_t)byte);
