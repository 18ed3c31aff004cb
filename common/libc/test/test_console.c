/* What reaches the console, in how many calls, and what comes from it. */
#include "test.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

PG(printf);
PG(dprintf);
PG(puts);
PG(putchar);
PG(perror);
PG(getchar);
PG(read);
PG(write);
void pg_kprintf(const char *fmt, ...);

/* The library's FILE is not the host's. */
extern void *const pg_stdin, *const pg_stdout, *const pg_stderr;
int pg_fprintf(void *stream, const char *fmt, ...);
int pg_fputs(const char *text, void *stream);
int pg_fputc(int c, void *stream);
int pg_fflush(void *stream);
size_t pg_fwrite(const void *items, size_t size, size_t count, void *stream);
char *pg_fgets(char *text, int size, void *stream);

static void expect(const char *expected)
{
    CHECK(machine.length == strlen(expected) &&
              memcmp(machine.output, expected, machine.length) == 0,
          "the console got \"%s\", not \"%s\"", shown(machine.output, machine.length), expected);
}

static void one_call(void)
{
    machine_reset("");
    CHECK(pg_printf("%s, %5d and %.2f\n", "hello", 42, 1.005) == 22, "length");
    expect("hello,    42 and 1.00\n");
    CHECK(machine.calls == 1, "%u calls", machine.calls);
}

static void everything_in_order(void)
{
    static char text[5000], expected[20000];
    for (int i = 0; i < 200; i++) {
        random_text(text, random_below(5000), "abc\n%");
        int width = (int)random_below(1000), number = (int)random_bits();
        machine_reset("");
        int length = pg_printf("%s|%*d|%s", text, width, number, text + strlen(text) / 2);
        sprintf(expected, "%s|%*d|%s", text, width, number, text + strlen(text) / 2);
        CHECK(length == (int)strlen(expected), "%d of %zu bytes", length, strlen(expected));
        expect(expected);
        CHECK(machine.calls <= 2 + strlen(expected) / 128, "%u calls for %d bytes", machine.calls,
              length);
    }
}

static void kernel_prints(void)
{
    machine_reset("");
    pg_kprintf("%-8s|%#lx|%c|%%|%f %.3g\n", "trap", 0xfffful, 'k');
    expect("trap    |0xffff|k|%|%f %.3g\n");
    CHECK(machine.calls == 1, "%u calls", machine.calls);
}

static void plain_output(void)
{
    machine_reset("");
    CHECK(pg_puts("puts") == 0, "puts");
    CHECK(pg_putchar('c') == 'c' && pg_fputc(0x1ff, pg_stderr) == 0xff, "putchar");
    CHECK(pg_fputs("fputs", pg_stderr) == 0, "fputs");
    CHECK(pg_fwrite("items", 2, 2, pg_stdout) == 2, "fwrite");
    CHECK(pg_fprintf(pg_stderr, "%d", 7) == 1 && pg_dprintf(1, "%d", 8) == 1, "fprintf");
    CHECK(pg_write(2, "bytes", 5) == 5 && pg_write(1, "", 0) == 0, "write");
    CHECK(pg_fflush(NULL) == 0, "fflush");
    expect("puts\nc\xff"
           "fputsitem78bytes");
}

static void no_such_descriptor(void)
{
    char byte;
    machine_reset("");
    pg_errno = 0;
    CHECK(pg_write(0, "x", 1) == -1 && pg_errno == EBADF, "write to 0");
    CHECK(pg_write(3, "x", 1) == -1 && pg_read(1, &byte, 1) == -1, "write to 3, read from 1");
    pg_errno = 0;
    CHECK(pg_fprintf(pg_stdin, "%d", 1) == -1 && pg_errno == EBADF, "fprintf to stdin");
    CHECK(pg_fputs("x", pg_stdin) == EOF && pg_fputc('x', pg_stdin) == EOF, "fputs to stdin");
    CHECK(pg_fgets(&byte, 1, pg_stdout) == NULL, "fgets from stdout");
    expect("");
}

static void error_texts(void)
{
    machine_reset("");
    pg_errno = ENOENT;
    pg_perror("file");
    pg_perror("");
    pg_perror(NULL);
    expect("file: No such file or directory\nNo such file or directory\n"
           "No such file or directory\n");
}

static void lines(void)
{
    char line[8];
    machine_reset("one\rtwo three\n\x04");
    CHECK(pg_fgets(line, sizeof line, pg_stdin) == line && strcmp(line, "one\n") == 0, "one");
    CHECK(pg_fgets(line, sizeof line, pg_stdin) != NULL && strcmp(line, "two thr") == 0, "two");
    CHECK(pg_fgets(line, sizeof line, pg_stdin) != NULL && strcmp(line, "ee\n") == 0, "three");
    CHECK(pg_fgets(line, sizeof line, pg_stdin) == NULL, "the end");
    expect("one\ntwo three\n");
}

static void corrections(void)
{
    char line[16];
    machine_reset("\x7f"
                  "ax\x08"
                  "b\x1b\n");
    CHECK(pg_read(0, line, sizeof line) == 4 && memcmp(line, "ab\x1b\n", 4) == 0, "the line");
    expect("ax\b \bb\n");
}

static void bytes_in(void)
{
    machine_reset("a\r\xff\x04");
    CHECK(pg_getchar() == 'a' && pg_getchar() == '\n' && pg_getchar() == 0xff, "bytes");
    CHECK(pg_getchar() == EOF, "the end");
}

const struct test console_tests[] = {
    {"printf is one call", one_call},
    {"printf loses nothing", everything_in_order},
    {"kprintf", kernel_prints},
    {"puts, fputs, fwrite", plain_output},
    {"descriptors that do not exist", no_such_descriptor},
    {"perror", error_texts},
    {"fgets", lines},
    {"read takes corrections", corrections},
    {"getchar", bytes_in},
    {NULL, NULL},
};
