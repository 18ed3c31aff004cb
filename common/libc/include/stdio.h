/* Formatted and plain text on the console. Nothing is buffered from one call to the next. */
#ifndef _STDIO_H
#define _STDIO_H

#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

#define EOF (-1)

typedef struct file FILE;
extern FILE *const stdin;
extern FILE *const stdout;
extern FILE *const stderr;

#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/*
 * The printf family. They return the number of bytes that the text has (for snprintf: would have,
 * without the NUL), or -1 with errno EBADF, or EOVERFLOW when that number exceeds INT_MAX.
 *
 * flags - + space # 0 ' (no effect), width and precision as numbers or *,
 * sizes hh h l ll q j z t L, conversions d i u o x X c s p % f F e E g G a A.
 * Floating point is exact: the digits are those of the double's true value, rounded half to even
 * at the precision asked for. A long double (L) is rounded to double first.
 * Refused, that is printed as it stands with its argument skipped: %n, and wide text (%ls %lc).
 * What is no conversion at all is printed as it stands too, and no argument is skipped.
 *
 * They pass doubles in SSE registers: code compiled with -mgeneral-regs-only uses kprintf.h or
 * format.h instead. A call needs about 2 KiB of stack, and writes in pieces of 256 bytes.
 */
int printf(const char *restrict fmt, ...) PRINTF_LIKE(1, 2);
int fprintf(FILE *restrict stream, const char *restrict fmt, ...) PRINTF_LIKE(2, 3);
int dprintf(int fd, const char *restrict fmt, ...) PRINTF_LIKE(2, 3);
int sprintf(char *restrict text, const char *restrict fmt, ...) PRINTF_LIKE(2, 3);
int snprintf(char *restrict text, size_t size, const char *restrict fmt, ...) PRINTF_LIKE(3, 4);
int vprintf(const char *restrict fmt, va_list ap) PRINTF_LIKE(1, 0);
int vfprintf(FILE *restrict stream, const char *restrict fmt, va_list ap) PRINTF_LIKE(2, 0);
int vdprintf(int fd, const char *restrict fmt, va_list ap) PRINTF_LIKE(2, 0);
int vsprintf(char *restrict text, const char *restrict fmt, va_list ap) PRINTF_LIKE(2, 0);
int vsnprintf(char *restrict text, size_t size, const char *restrict fmt, va_list ap)
    PRINTF_LIKE(3, 0);

#undef PRINTF_LIKE

/* "prefix: text of errno" and a newline on stderr; without "prefix: " if it is NULL or empty. */
void perror(const char *prefix);

/* Plain output: EOF and errno on failure. */
int fputc(int c, FILE *stream);
int putc(int c, FILE *stream);
int putchar(int c);
int fputs(const char *restrict text, FILE *restrict stream);
int puts(const char *text);
size_t fwrite(const void *restrict items, size_t size, size_t count, FILE *restrict stream);

/* There is nothing to flush; these return 0 so that programs for other systems build. */
int fflush(FILE *stream);

/* Input, see read() in unistd.h: EOF or NULL at the end of it or on failure. */
int fgetc(FILE *stream);
int getc(FILE *stream);
int getchar(void);
char *fgets(char *restrict text, int size, FILE *restrict stream);

#endif
