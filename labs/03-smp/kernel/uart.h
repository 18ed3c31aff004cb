/*
 * The serial console: a 16550 UART at COM1, polled (common/include/uart16550.h).
 *
 * No function takes a lock: lab 01 has one processor, and a fault report may interrupt a write.
 */
#pragma once

#include <stddef.h>

/*
 * Sets the line up: 115200 bit/s, 8 data bits, no parity, 1 stop bit; FIFOs off, no interrupts, DTR
 * and RTS on. A byte that has been received already is not lost.
 */
void uart_init(void);

/*
 * Sends `length` bytes, and waits as long as that takes; nothing is lost. Each '\n' goes out as
 * "\r\n", as terminals expect it.
 */
void uart_write(const char *text, size_t length);

/* Waits until all that was written has left the UART. */
void uart_drain(void);

/* Takes a received byte: 0 to 255, or -EAGAIN when none has come. Does not wait. */
int uart_read(void);
