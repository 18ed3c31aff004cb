/* The machine under the tested library: a console in memory, and ends that come back. */
#include "test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct machine machine;
static jmp_buf machine_end;

void pg_console_write(const char *text, size_t length);
int pg_console_read_byte(void);
_Noreturn void pg_machine_exit(int status);
_Noreturn void pg_panic(const char *fmt, ...);
void *pg_malloc(size_t size);

void machine_reset(const char *input)
{
    memset(&machine, 0, sizeof machine);
    machine.input = input;
    machine.exit_status = -1;
}

void pg_console_write(const char *text, size_t length)
{
    CHECK(length <= sizeof machine.output - machine.length, "too much output: %zu more", length);
    memcpy(machine.output + machine.length, text, length);
    machine.length += length;
    machine.calls++;
}

int pg_console_read_byte(void)
{
    CHECK(*machine.input != '\0', "reads on at the end of the input");
    return (unsigned char)*machine.input++;
}

void *pg_malloc(size_t size)
{
    return machine.heap_is_full ? NULL : malloc(size);
}

bool machine_ends(void (*body)(void))
{
    if (setjmp(machine_end) != 0)
        return true;
    body();
    return false;
}

void pg_machine_exit(int status)
{
    machine.exit_status = status;
    longjmp(machine_end, 1);
}

void pg_panic(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(machine.panic_text, sizeof machine.panic_text, fmt, ap);
    va_end(ap);
    longjmp(machine_end, 1);
}
