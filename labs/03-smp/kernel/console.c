/* The console that the C library writes to is the UART. */
#include "machine.h"

#include "kernel/uart.h"

void console_write(const char *text, size_t length)
{
    uart_write(text, length);
}

int console_read_byte(void)
{
    int byte;

    do
        byte = uart_read();
    while (byte < 0);
    return byte;
}
