/*
 * The debug console (QEMU: -device isa-debugcon,iobase=0xe9) and the debug exit
 * (-device isa-debug-exit,iobase=0xf4,iosize=4): how a machine tells its host what became of it.
 *
 * The last report line, which starts with "pagurus: ", and the exit value say how it ended:
 *
 *   pagurus: exit N         DEBUG_EXIT_MAIN(N)  main returned N, or exit(N) was called
 *   pagurus: panic TEXT     DEBUG_EXIT_PANIC    the kernel gave up, or a fault was reported
 *   pagurus: todo 1.3       DEBUG_EXIT_TODO     an exercise that is not done was reached
 *   pagurus: refused FIELD  DEBUG_EXIT_REFUSED  the loader will not boot this
 *
 * QEMU ends with exit status (value << 1 | 1) & 0xff, so only 7 bits of a value arrive there;
 * the line holds the whole status.
 */
#pragma once

#include <stdarg.h>

#define DEBUG_CONSOLE_PORT 0xe9
#define DEBUG_EXIT_PORT    0xf4

#define DEBUG_EXIT_MAIN(status) ((status)&0x7f)
#define DEBUG_EXIT_PANIC        0x7f
#define DEBUG_EXIT_TODO         0x7e
#define DEBUG_EXIT_REFUSED      0x7d

/* Writes text to the debug console: printf's format, without floating point. Never fails. */
void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void report_va(const char *fmt, va_list arguments) __attribute__((format(printf, 1, 0)));

/* Ends the machine with an exit value. On a machine without the device it halts for ever. */
_Noreturn void debug_exit(unsigned value);
