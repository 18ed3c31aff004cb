/* MUTANT 1.3c: sends one byte more than it was given. CAUGHT BY: 1.3/text_arrives_exactly */
    for (size_t i = 0; i <= length; i++) {
        if (text[i] == '\n')
            uart_put('\r');
        uart_put(text[i]);
    }
