/* What a stage's machine offers to the C library and to applications: a console and two ends. */
#ifndef PAGURUS_MACHINE_H
#define PAGURUS_MACHINE_H

#include <stddef.h>

/*
 * Writes `length` bytes to the console, in order and completely, before it returns.
 * Each '\n' goes out as "\r\n"; every other byte, NUL included, as it is.
 * May be called before anything else is set up except the console's own device, and from a fault
 * handler. Text of two callers may mix, but only between calls.
 */
void console_write(const char *text, size_t length);

/*
 * What is written between these two stays together, whoever writes to the console at the same time.
 * They nest, and what stands between them waits for nobody. The C library does so around all that
 * one call prints. May be called from a fault handler. Weak: by itself it does nothing, which is
 * enough where nobody else is.
 */
void console_hold(void);
void console_release(void);

/* Waits for the next byte of input and returns it, 0 to 255: no echo, no line editing. */
int console_read_byte(void);

/*
 * Halts all other processors for good, so that what the caller says is the last word; another one
 * that calls it is halted there. Weak: by itself it does nothing, which is enough for one processor.
 */
void cpus_stop_others(void);

/*
 * Ends the machine in order and reports `status & 0xff` to whoever started it.
 * Nothing is left to flush: the C library keeps no output back.
 */
_Noreturn void machine_exit(int status);

/*
 * Says on the console what can not go on (a line made from `fmt` as kprintf does, so without
 * floating point), and ends the machine as failed. May be called from anywhere.
 */
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
