/* MUTANT 1.3b: waits a while, and then writes all the same. CAUGHT BY:
 * 1.3/a_slow_line_loses_nothing */
    for (int tries = 0; tries < 1000; tries++)
        if (in8(COM1 + UART_LSR) & LSR_THR_EMPTY)
            break;
    out8(COM1 + UART_THR, byte);
