    out8(COM1 + UART_FCR, 0);
    out8(COM1 + UART_MCR, MCR_RTS | MCR_DTR);
    out8(COM1 + UART_LCR, in8(COM1 + UART_LCR) | LCR_DLAB);
    out8(COM1 + UART_DLM, 0);
    out8(COM1 + UART_DLL, 1);
    out8(COM1 + UART_LCR, LCR_8_BITS);
    out8(COM1 + UART_IER, 0);
