/* printf for loader and kernel: straight to the console, no floating point. */
#include <format.h>
#include <kprintf.h>
#include <machine.h>

static void console_sink(void *context, const char *text, size_t length)
{
    (void)context;
    console_write(text, length);
}

void kvprintf(const char *fmt, va_list ap)
{
    console_hold();
    (void)format(console_sink, NULL, NULL, fmt, ap);
    console_release();
}

void kprintf(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    kvprintf(fmt, ap);
    va_end(ap);
}
