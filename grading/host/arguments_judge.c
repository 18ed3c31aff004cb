/*
 * Judges kernel/arguments.c against a model in two steps: first every character of the line is
 * marked as one that parts arguments, vanishes, or stays; then the arguments are what lies between.
 * Input: the line, up to its first NUL.
 */
#include "kernel/arguments.h"

#include <stdlib.h>
#include <string.h>

#include "fake_machine.h"
#include "test.h"

enum mark { PARTS = 'p', VANISHES = 'v', STAYS = 's' };

static void mark_line(const char *line, size_t length, char *marks)
{
    enum { PLAIN, SINGLE, DOUBLE } state = PLAIN;

    for (size_t i = 0; i < length; i++) {
        marks[i] = STAYS;
        if (line[i] == '\\' && state != SINGLE && i + 1 < length) {
            marks[i++] = VANISHES;
            marks[i] = STAYS;
        } else if (line[i] == '\'' && state != DOUBLE) {
            marks[i] = VANISHES;
            state = state == SINGLE ? PLAIN : SINGLE;
        } else if (line[i] == '"' && state != SINGLE) {
            marks[i] = VANISHES;
            state = state == DOUBLE ? PLAIN : DOUBLE;
        } else if (state == PLAIN && strchr(" \t\r\n", line[i]) != NULL) {
            marks[i] = PARTS;
        }
    }
    marks[length] = PARTS;
}

static const char name[] = "name";

/* Compares argv with the model's arguments, or, with argv NULL, says whether they fit. */
static bool compare(const char *line, size_t length, const char *marks, int argc, char **argv)
{
    int index = 1;
    size_t bytes = 0;

    for (size_t start = 0; start < length; start++) {
        if (marks[start] == PARTS)
            continue;
        char *expected = malloc(length + 1);
        size_t used = 0;
        for (; marks[start] != PARTS; start++)
            if (marks[start] == STAYS)
                expected[used++] = line[start];
        expected[used++] = '\0';
        bytes += used;
        if (argv != NULL) {
            CHECK(index < argc, "expected more than the %d arguments found", argc);
            CHECK(strcmp(argv[index], expected) == 0, "argument %d: expected '%s', found '%s'",
                  index, expected, argv[index]);
        }
        index++;
        free(expected);
    }
    if (argv == NULL)
        return index <= ARGUMENTS_MAX && bytes <= ARGUMENTS_BYTES;
    CHECK(argc == index, "expected %d arguments, found %d", index, argc);
    return true;
}

void arguments_judge(const uint8_t *input, size_t size)
{
    size_t length = strnlen((const char *)input, size);
    char *line = malloc(length + 1), *given = malloc(length + 1), *marks = malloc(length + 1);
    char **argv = malloc((ARGUMENTS_MAX + 1) * sizeof *argv);
    memcpy(line, input, length);
    line[length] = '\0';
    memcpy(given, line, length + 1);
    mark_line(line, length, marks);
    bool fits = compare(line, length, marks, 0, NULL);

    if (setjmp(panic_target) == 0) {
        int argc = arguments_split(name, given, argv);
        CHECK(fits, "expected a panic: the arguments are too many or too long");
        CHECK(memcmp(line, given, length + 1) == 0, "the line was written to");
        memset(given, '#', length + 1); /* the arguments are copies */
        CHECK(strcmp(argv[0], name) == 0, "argv[0]: expected '%s', found '%s'", name, argv[0]);
        compare(line, length, marks, argc, argv);
        CHECK(argv[argc] == NULL, "argv[argc] is not NULL");
    } else {
        CHECK(!fits, "an unexpected panic: %s", panic_text);
        CHECK(strstr(panic_text, "command line") != NULL,
              "a panic that does not speak of the command line: %s", panic_text);
    }
    free(line);
    free(given);
    free(marks);
    free(argv);
}
