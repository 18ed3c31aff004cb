/* The debug console and the debug exit: how a machine tells its host what became of it. */
#include "report.h"

#include <stdarg.h>
#include <stddef.h>

#include "format.h"
#include "x86.h"

static void debug_console_sink(void *context, const char *text, size_t length)
{
    (void)context;
    for (size_t i = 0; i < length; i++)
        out8(DEBUG_CONSOLE_PORT, text[i]);
}

void report_va(const char *fmt, va_list arguments)
{
    format(debug_console_sink, NULL, NULL, fmt, arguments);
}

void report(const char *fmt, ...)
{
    va_list arguments;
    va_start(arguments, fmt);
    report_va(fmt, arguments);
    va_end(arguments);
}

void debug_exit(unsigned value)
{
    out32(DEBUG_EXIT_PORT, value);
    for (;;) {
        interrupts_off();
        halt();
    }
}
