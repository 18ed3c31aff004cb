/* MUTANT 1.3c: takes the text for a C string, which ends at its first zero byte. CAUGHT BY:
 * 1.3/text_arrives_exactly */
    for (size_t i = 0; i < length && text[i]; i++) {
        if (text[i] == '\n')
            uart_put('\r');
        uart_put(text[i]);
    }
