/* printf and its family to the console. */
#include "file.h"

#include <errno.h>
#include <format.h>
#include <machine.h>
#include <string.h>

struct target {
    int fd;
    bool failed;
};

static void target_write(void *context, const char *text, size_t length)
{
    struct target *target = context;
    if (!target->failed)
        target->failed = !file_write(target->fd, text, length);
}

int vdprintf(int fd, const char *restrict fmt, va_list ap)
{
    struct target target = {.fd = fd};
    console_hold();
    int length = format(target_write, &target, format_float, fmt, ap);
    console_release();
    if (length < 0)
        errno = -length;
    return target.failed || length < 0 ? -1 : length;
}

int vfprintf(FILE *restrict stream, const char *restrict fmt, va_list ap)
{
    return vdprintf(stream->fd, fmt, ap);
}

int vprintf(const char *restrict fmt, va_list ap)
{
    return vfprintf(stdout, fmt, ap);
}

int dprintf(int fd, const char *restrict fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int length = vdprintf(fd, fmt, ap);
    va_end(ap);
    return length;
}

int fprintf(FILE *restrict stream, const char *restrict fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int length = vfprintf(stream, fmt, ap);
    va_end(ap);
    return length;
}

int printf(const char *restrict fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int length = vprintf(fmt, ap);
    va_end(ap);
    return length;
}

void perror(const char *prefix)
{
    const char *reason = strerror(errno);
    if (prefix != NULL && *prefix != '\0')
        fprintf(stderr, "%s: %s\n", prefix, reason);
    else
        fprintf(stderr, "%s\n", reason);
}
