/* MUTANT 1.3b: writes whether the UART can take a byte or not. CAUGHT BY:
 * 1.3/a_slow_line_loses_nothing */
    out8(COM1 + UART_THR, byte);
