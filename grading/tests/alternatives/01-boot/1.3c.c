    const char *end = text + length;

    while (text < end) {
        switch (*text) {
        case '\n':
            uart_put('\r');
            /* fall through */
        default:
            uart_put(*text++);
        }
    }
