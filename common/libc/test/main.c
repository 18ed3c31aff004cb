/* Runs all tests, or those whose names contain the arguments; prints a line for each. */
#include "test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static uint64_t seed, random_state;
static jmp_buf test_end;
static char *blocks[16];
static unsigned blocks_used;

void test_fail(const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    printf("# %s:%d: ", file, line);
    vprintf(fmt, ap);
    printf("\n# to repeat: SEED=%llu\n", (unsigned long long)seed);
    va_end(ap);
    longjmp(test_end, 1);
}

/* splitmix64: a counter, stirred. */
uint64_t random_bits(void)
{
    uint64_t bits = random_state += UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    return bits ^ bits >> 31;
}

unsigned random_below(unsigned limit)
{
    return (unsigned)(random_bits() % limit);
}

bool random_chance(unsigned percent)
{
    return random_below(100) < percent;
}

uint64_t random_integer(void)
{
    uint64_t bits = random_bits() >> random_below(64);
    switch (random_below(4)) {
    case 0: /* around a power of two, the limits of all types among them */
        return (UINT64_C(1) << random_below(64)) + random_below(3) - 1;
    case 1:
        return 0 - bits;
    case 2:
        return random_below(20);
    default:
        return bits;
    }
}

char *exact_block(size_t size)
{
    char **slot = &blocks[blocks_used++ % (sizeof blocks / sizeof *blocks)];
    free(*slot);
    *slot = malloc(size);
    return *slot;
}

void random_text(char *text, size_t length, const char *alphabet)
{
    for (size_t i = 0; i < length; i++)
        text[i] = alphabet[random_below((unsigned)strlen(alphabet))];
    text[length] = '\0';
}

const char *shown(const char *bytes, size_t length)
{
    static char texts[4][4096];
    static unsigned next;
    char *text = texts[next++ % 4], *at = text;
    for (size_t i = 0; i < length && at < text + sizeof texts[0] - 8; i++)
        at += sprintf(at, bytes[i] >= ' ' && bytes[i] <= '~' ? "%c" : "\\x%02x",
                      (unsigned char)bytes[i]);
    *at = '\0';
    return text;
}

static bool is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(name, argv[i]) != NULL)
            return true;
    return argc == 1;
}

static bool passes(const struct test *test)
{
    random_state = seed; /* so that a test draws the same when it runs alone */
    if (setjmp(test_end) != 0)
        return false;
    test->run();
    return true;
}

int main(int argc, char **argv)
{
    const struct test *const lists[] = {format_tests, float_tests,   number_tests, memory_tests,
                                        string_tests, console_tests, program_tests};
    unsigned failed = 0;

    if (getenv("SEED") != NULL)
        seed = strtoull(getenv("SEED"), NULL, 0);
    else if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const struct test *test = lists[i]; test->name != NULL; test++) {
            if (!is_wanted(test->name, argc, argv))
                continue;
            bool passed = passes(test);
            printf("%s %s\n", passed ? "ok" : "not ok", test->name);
            failed += !passed;
        }
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
    return failed > 0;
}
