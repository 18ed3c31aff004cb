/* Formatted output for loader and kernel: printf without floating point. */
#ifndef PAGURUS_KPRINTF_H
#define PAGURUS_KPRINTF_H

#include <stdarg.h>

/*
 * Formats to the console (console_write of machine.h). All that printf knows, except that the
 * floating-point conversions print as they stand ("%f"); nothing here touches an SSE register.
 * Needs less than 1 KiB of stack, no memory besides, and may be called from a fault handler.
 * Text of up to 256 bytes reaches the console in one call of console_write.
 */
void kprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void kvprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

#endif
