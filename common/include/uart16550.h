/*
 * The 16550 UART: the registers of a PC's serial port, by the names of its data sheet
 * (National Semiconductor PC16550D, §8). Each is one byte, read and written with in8 and out8.
 *
 * QEMU creates COM1 with: -serial stdio
 */
#pragma once

#define COM1 0x3f8 /* I/O port of the first register */

/*
 * Registers, as offsets from the first one. The first two show the divisor while LCR.DLAB is set.
 */
#define UART_RBR 0 /* read: receiver buffer */
#define UART_THR 0 /* write: transmitter holding */
#define UART_DLL 0 /* divisor, low byte (DLAB = 1) */
#define UART_IER 1 /* interrupt enable */
#define UART_DLM 1 /* divisor, high byte (DLAB = 1) */
#define UART_FCR 2 /* write: FIFO control */
#define UART_IIR 2 /* read: interrupt identification */
#define UART_LCR 3 /* line control */
#define UART_MCR 4 /* modem control */
#define UART_LSR 5 /* line status */

#define FCR_FIFO_ENABLE 0x01
#define FCR_CLEAR_RX    0x02
#define FCR_CLEAR_TX    0x04

#define LCR_8_BITS 0x03 /* 8 data bits; with nothing else: no parity, one stop bit */
#define LCR_DLAB   0x80 /* the divisor latch shows at offsets 0 and 1 */

#define MCR_DTR 0x01 /* data terminal ready */
#define MCR_RTS 0x02 /* request to send */

#define LSR_DATA_READY 0x01 /* a received byte waits in RBR */
#define LSR_THR_EMPTY  0x20 /* THR (or its FIFO) can take a byte */
#define LSR_TX_EMPTY   0x40 /* all is sent, the last bit too */

#define UART_CLOCK_HZ 115200 /* speed at divisor 1, in bits a second */
