/* MUTANT 1.3c: sends \n\r for \n. CAUGHT BY: 1.3/text_arrives_exactly */
    for (size_t i = 0; i < length; i++) {
        uart_put(text[i]);
        if (text[i] == '\n')
            uart_put('\r');
    }
