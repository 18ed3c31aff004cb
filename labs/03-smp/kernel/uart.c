/*
 * The serial console: a 16550 UART, polled. Loader and kernel both link it.
 *
 * QEMU: -serial stdio
 */
#include "kernel/uart.h"

#include <errno.h>
#include <stdint.h>

#include "exercise.h"
#include "uart16550.h"
#include "x86.h"

/*
 * Contract: uart.h. The speed is UART_CLOCK_HZ divided by the divisor, a 16-bit number in DLL and
 * DLM, which show only while LCR.DLAB is set. Clear DLAB again: it hides RBR, THR and IER.
 * DTR and RTS tell the other side that somebody is here. The FIFOs stay off (FCR = 0), as they are
 * after a reset: switching them on empties them, and what was typed early would be lost.
 */
void uart_init(void)
{
    /* EXERCISE 1.3a (10 points): set the line up. */
    const uint16_t divisor = UART_CLOCK_HZ / 115200;

    out8(COM1 + UART_IER, 0);
    out8(COM1 + UART_LCR, LCR_DLAB | LCR_8_BITS);
    out8(COM1 + UART_DLL, divisor & 0xff);
    out8(COM1 + UART_DLM, divisor >> 8);
    out8(COM1 + UART_LCR, LCR_8_BITS);
    out8(COM1 + UART_FCR, 0);
    out8(COM1 + UART_MCR, MCR_DTR | MCR_RTS);
    /* END EXERCISE 1.3a */
}

/* Sends one byte as it is, once the UART can take it. */
static void uart_put(char byte)
{
    /* EXERCISE 1.3b (10 points): send a byte. */
    while (!(in8(COM1 + UART_LSR) & LSR_THR_EMPTY))
        ;
    out8(COM1 + UART_THR, byte);
    /* END EXERCISE 1.3b */
}

void uart_write(const char *text, size_t length)
{
    /* EXERCISE 1.3c (10 points): send a text, lines ended as terminals expect it. */
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            uart_put('\r');
        uart_put(text[i]);
    }
    /* END EXERCISE 1.3c */
}

void uart_drain(void)
{
    while (!(in8(COM1 + UART_LSR) & LSR_TX_EMPTY))
        ;
}

int uart_read(void)
{
    /* EXERCISE 1.3d (10 points): take a received byte. */
    if (!(in8(COM1 + UART_LSR) & LSR_DATA_READY))
        return -EAGAIN;
    return in8(COM1 + UART_RBR);
    /* END EXERCISE 1.3d */
}
