/* MUTANT 1.3d: reads RBR whether a byte has come or not. CAUGHT BY: 1.3/input_arrives */
    return in8(COM1 + UART_RBR);
