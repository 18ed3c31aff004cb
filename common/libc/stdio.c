/* Plain input and output, a byte or a text at a time, passed on at once. */
#include "file.h"

#include <machine.h>
#include <string.h>
#include <unistd.h>

static struct file console_in = {STDIN_FILENO};
static struct file console_out = {STDOUT_FILENO};
static struct file console_error = {STDERR_FILENO};
FILE *const stdin = &console_in;
FILE *const stdout = &console_out;
FILE *const stderr = &console_error;

bool file_write(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);
        if (written < 0)
            return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

int fputc(int c, FILE *stream)
{
    char byte = (char)c;
    return file_write(stream->fd, &byte, 1) ? (unsigned char)byte : EOF;
}

int putc(int c, FILE *stream)
{
    return fputc(c, stream);
}

int putchar(int c)
{
    return fputc(c, stdout);
}

int fputs(const char *restrict text, FILE *restrict stream)
{
    return file_write(stream->fd, text, strlen(text)) ? 0 : EOF;
}

int puts(const char *text)
{
    console_hold();
    bool failed = fputs(text, stdout) == EOF || putchar('\n') == EOF;
    console_release();
    return failed ? EOF : 0;
}

/* All or nothing: the console takes everything, other descriptors are refused at once. */
size_t fwrite(const void *restrict items, size_t size, size_t count, FILE *restrict stream)
{
    if (size == 0 || !file_write(stream->fd, items, size * count))
        return 0;
    return count;
}

int fflush(FILE *stream)
{
    (void)stream;
    return 0;
}

int fgetc(FILE *stream)
{
    unsigned char byte;
    return read(stream->fd, &byte, 1) == 1 ? byte : EOF;
}

int getc(FILE *stream)
{
    return fgetc(stream);
}

int getchar(void)
{
    return fgetc(stdin);
}

/* read() stops behind a newline by itself, so one call is one line, or as much as fits. */
char *fgets(char *restrict text, int size, FILE *restrict stream)
{
    if (size <= 0)
        return NULL;
    ssize_t length = read(stream->fd, text, (size_t)size - 1);
    if (length < 0 || (length == 0 && size > 1))
        return NULL;
    text[length] = '\0';
    return text;
}
