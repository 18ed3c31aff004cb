/* From one command line to main's argc and argv, by the shell's simplest rules. */
#include "kernel/arguments.h"

#include <stdbool.h>
#include <stddef.h>

#include "machine.h"

static char buffer[ARGUMENTS_BYTES];
static size_t used;

static void put(char c)
{
    if (used == sizeof buffer)
        panic("the command line has more than %d bytes", ARGUMENTS_BYTES);
    buffer[used++] = c;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Copies one argument, which starts at `text`, to the buffer. Returns where it ends. */
static const char *argument_copy(const char *text)
{
    char quote = '\0';

    for (; *text && (quote || !is_blank(*text)); text++) {
        if (*text == quote)
            quote = '\0';
        else if (!quote && (*text == '"' || *text == '\''))
            quote = *text;
        else if (*text == '\\' && quote != '\'' && text[1])
            put(*++text);
        else
            put(*text);
    }
    put('\0');
    return text;
}

int arguments_split(const char *name, const char *line, char **argv)
{
    int argc = 0;

    used = 0;
    argv[argc++] = (char *)name;
    for (;;) {
        while (is_blank(*line))
            line++;
        if (!*line)
            break;
        if (argc == ARGUMENTS_MAX)
            panic("the command line has more than %d arguments", ARGUMENTS_MAX);
        argv[argc++] = &buffer[used];
        line = argument_copy(line);
    }
    argv[argc] = NULL;
    return argc;
}
