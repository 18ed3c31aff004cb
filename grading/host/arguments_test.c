/* kernel/arguments.c: known lines, random ones, and both limits. */
#include "kernel/arguments.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static void known_lines(void)
{
    static const struct {
        const char *line;
        int argc;
        const char *arguments[4];
    } cases[] = {
        {"", 1, {0}},
        {" \t\r\n ", 1, {0}},
        {"one", 2, {"one"}},
        {"  one two  ", 3, {"one", "two"}},
        {"a'b c'd", 2, {"ab cd"}},
        {"\"b  c\" ''", 3, {"b  c", ""}},
        {"'a\"b' \"a'b\"", 3, {"a\"b", "a'b"}},
        {"a\\ b \\\"c \\\\", 4, {"a b", "\"c", "\\"}},
        {"\"a\\\"b\" 'a\\b'", 3, {"a\"b", "a\\b"}},
        {"'open at the end", 2, {"open at the end"}},
        {"\"", 2, {""}},
        {"end\\", 2, {"end\\"}},
        {"\"end\\", 2, {"end\\"}},
        {"\\", 2, {"\\"}},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *argv[ARGUMENTS_MAX + 1];
        const char *line = cases[i].line;
        int argc = arguments_split("name", line, argv);
        CHECK(argc == cases[i].argc, "'%s': expected argc %d, found %d", line, cases[i].argc, argc);
        for (int k = 1; k < argc; k++)
            CHECK(strcmp(argv[k], cases[i].arguments[k - 1]) == 0,
                  "'%s', argument %d: expected '%s', found '%s'", line, k,
                  cases[i].arguments[k - 1], argv[k]);
        judge(arguments_judge, (const uint8_t *)line, strlen(line));
    }
}

static void random_lines(void)
{
    for (unsigned round = 0; round < 20000; round++) {
        static const char alphabet[] = "  \t\n\r\"\"''\\\\abc\xff\x01";
        uint8_t line[60];
        size_t length = random_below(sizeof line);
        for (size_t i = 0; i < length; i++)
            line[i] = random_chance(3) ? random_bits() : (uint8_t)alphabet[random_below(17)];
        judge(arguments_judge, line, length);
    }
}

/* One argument fewer than fit, as many, one more; and the same of their bytes. */
static void limits(void)
{
    size_t size = 2 * ARGUMENTS_BYTES;
    uint8_t *line = malloc(size);

    for (unsigned count = ARGUMENTS_MAX - 2; count <= ARGUMENTS_MAX; count++) {
        for (unsigned i = 0; i < 2 * count; i++)
            line[i] = "x "[i % 2];
        judge(arguments_judge, line, 2 * count);
    }
    for (size_t length = ARGUMENTS_BYTES - 2; length <= ARGUMENTS_BYTES + 1; length++) {
        memset(line, 'x', length);
        judge(arguments_judge, line, length);
        line[100] = ' ';
        judge(arguments_judge, line, length);
        memset(line, '\\', length);
        judge(arguments_judge, line, length);
    }
    free(line);
}

const struct test arguments_tests[] = {
    {"arguments/known_lines", known_lines},
    {"arguments/random_lines", random_lines},
    {"arguments/limits", limits},
    {0},
};
