/* printf's family into memory. */
#include <errno.h>
#include <format.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct target {
    char *text;
    size_t room; /* bytes left, without the one for the NUL */
};

static void target_write(void *context, const char *text, size_t length)
{
    struct target *target = context;
    if (length > target->room)
        length = target->room;
    memcpy(target->text, text, length);
    target->text += length;
    target->room -= length;
}

int vsnprintf(char *restrict text, size_t size, const char *restrict fmt, va_list ap)
{
    char nothing; /* with size 0 `text` may be NULL and stays untouched */
    struct target target = {.text = size > 0 ? text : &nothing, .room = size > 0 ? size - 1 : 0};
    int length = format(target_write, &target, format_float, fmt, ap);
    *target.text = '\0';
    if (length < 0) {
        errno = -length;
        return -1;
    }
    return length;
}

int vsprintf(char *restrict text, const char *restrict fmt, va_list ap)
{
    return vsnprintf(text, SIZE_MAX, fmt, ap);
}

int snprintf(char *restrict text, size_t size, const char *restrict fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int length = vsnprintf(text, size, fmt, ap);
    va_end(ap);
    return length;
}

int sprintf(char *restrict text, const char *restrict fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int length = vsprintf(text, fmt, ap);
    va_end(ap);
    return length;
}
