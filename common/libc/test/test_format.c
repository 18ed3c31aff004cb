/* The printf engine beside the host's: random conversions of integers, characters and texts. */
#include "test.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

PG(snprintf);
PG(vsnprintf);
PG(sprintf);

enum { ROOM = 4096 };

/* Formats with both, the tested one into a block of random size, and compares all there is. */
static void compare(const char *fmt, ...)
{
    static char expected[ROOM];
    va_list ap;

    va_start(ap, fmt);
    int expected_length = vsnprintf(expected, sizeof expected, fmt, ap);
    va_end(ap);

    size_t size = random_chance(30) ? random_below(40) : ROOM;
    char *found = exact_block(size + 1);
    memset(found, 0x55, size + 1);
    va_start(ap, fmt);
    int length = pg_vsnprintf(size == 0 && random_chance(50) ? NULL : found, size, fmt, ap);
    va_end(ap);

    CHECK(length == expected_length, "\"%s\" returns %d, not %d (\"%s\")", fmt, length,
          expected_length, expected);
    CHECK(found[size] == 0x55, "\"%s\" writes beyond the size %zu", fmt, size);
    if (size > 0) {
        size_t shorter = (size_t)length < size ? (size_t)length : size - 1;
        CHECK(memcmp(found, expected, shorter) == 0 && found[shorter] == '\0',
              "\"%s\" gives \"%s\", not \"%s\"", fmt, shown(found, shorter),
              shown(expected, shorter));
    }
}

/* A random conversion with up to two stars; the flags are those that C defines for the kind. */
struct conversion {
    char text[64];
    int stars, star[2];
};

static struct conversion draw(const char *flags, const char *size, char kind, bool precision)
{
    struct conversion c = {.stars = 0};
    char *at = c.text;
    if (random_chance(30))
        at += sprintf(at, "<%%%%");
    *at++ = '%';
    while (*flags != '\0' && random_chance(50))
        *at++ = flags[random_below((unsigned)strlen(flags))];
    if (random_chance(15)) {
        *at++ = '*';
        c.star[c.stars++] = (int)random_below(80) - 40;
    } else if (random_chance(50)) {
        at += sprintf(at, "%u", 1 + random_below(random_chance(5) ? 1000 : 40));
    }
    if (precision && random_chance(50)) {
        *at++ = '.';
        if (random_chance(20)) {
            *at++ = '*';
            c.star[c.stars++] = (int)random_below(50) - 10;
        } else if (random_chance(90)) {
            at += sprintf(at, "%u", random_below(random_chance(5) ? 700 : 30));
        }
    }
    at += sprintf(at, "%s%c", size, kind);
    if (random_chance(30))
        sprintf(at, "> %%c");
    return c;
}

#define COMPARE(c, value)                                                                          \
    do {                                                                                           \
        if ((c).stars == 0)                                                                        \
            compare((c).text, value, '!');                                                         \
        else if ((c).stars == 1)                                                                   \
            compare((c).text, (c).star[0], value, '!');                                            \
        else                                                                                       \
            compare((c).text, (c).star[0], (c).star[1], value, '!');                               \
    } while (0)

static void integers(void)
{
    static const char *const sizes[] = {"", "hh", "h", "l", "ll", "q", "j", "z", "t"};
    static const char kinds[] = "diuoxX";
    for (int i = 0; i < 40000; i++) {
        const char *size = sizes[random_below(9)];
        char kind = kinds[random_below(6)];
        const char *flags = kind == 'd' || kind == 'i' ? "-+ 0'" : kind == 'u' ? "-0'" : "-0#";
        struct conversion c = draw(flags, size, kind, true);
        uint64_t value = random_integer();
        if (*size == '\0' || *size == 'h')
            COMPARE(c, (int)value);
        else
            COMPARE(c, value);
    }
}

static void texts(void)
{
    char text[1200];
    for (int i = 0; i < 10000; i++) {
        random_text(text, random_below(random_chance(5) ? 1199 : 40), "abc%d\n\xc3\xa4");
        struct conversion c = draw("-", "", 's', true);
        COMPARE(c, random_chance(5) ? NULL : (const char *)text);
    }
}

/* With a precision a text needs no NUL, and no byte behind the precision may be read. */
static void texts_without_nul(void)
{
    for (unsigned length = 0; length < 40; length++) {
        char *text = exact_block(length), found[64];
        memset(text, 'x', length);
        int written = pg_snprintf(found, sizeof found, "%.*s|", (int)length, text);
        CHECK(written == (int)length + 1, "%d bytes of %u", written, length);
    }
}

static void characters(void)
{
    for (int i = 0; i < 2000; i++) {
        struct conversion c = draw("-", "", 'c', false);
        COMPARE(c, (int)random_below(256));
    }
}

static void pointers(void)
{
    for (int i = 0; i < 2000; i++) {
        struct conversion c = draw("-", "", 'p', false);
        COMPARE(c, (void *)(uintptr_t)(random_chance(20) ? 0 : random_bits()));
    }
}

/* More arguments than there are argument registers, floating-point ones among them. */
static void many_arguments(void)
{
    for (int i = 0; i < 2000; i++) {
        uint64_t a = random_integer(), b = random_integer(), c = random_integer();
        double x = (double)random_integer(), y = (double)random_integer() / 8;
        compare("%d %f %s %lx %e %*d %c %zu %g %hhd %llu %o %a %f %f %f %f %f %f %p %Lf %d", (int)a,
                x, "text", b, y, 12, (int)c, 'c', a, x, (int)b, (unsigned long long)c, (unsigned)a,
                x, y, x, y, x, y, x, (void *)b, (long double)y, (int)c);
    }
}

static void expect(const char *expected, const char *fmt, ...)
{
    char found[256];
    va_list ap;
    va_start(ap, fmt);
    int length = pg_vsnprintf(found, sizeof found, fmt, ap);
    va_end(ap);
    CHECK(length == (int)strlen(expected) && strcmp(found, expected) == 0,
          "\"%s\" gives \"%s\" and %d, not \"%s\"", fmt, found, length, expected);
}

static void refused_conversions(void)
{
    int untouched = 42;
    expect("%n 7", "%n %d", &untouched, 7);
    CHECK(untouched == 42, "%%n was obeyed");
    expect("%-5ls 7 %lc 8", "%-5ls %d %lc %d", L"wide", 7, L'w', 8);
    expect("%y 7", "%y %d", 7);
    expect("%08.3!|7", "%08.3!|%d", 7);
    expect("100%", "100%");
    expect("%-+5.3l", "%-+5.3l");
    expect("", "");
}

static void too_long(void)
{
    char text[8] = "unused";
    static const char *const formats[] = {"%2147483647d%d", "%2147483648d", "%99999999999999d",
                                          "%.2147483648d", "%2147483647d%5d"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        pg_errno = 0;
        int length = pg_snprintf(text, sizeof text, formats[i], 1, 2);
        CHECK(length == -1 && pg_errno == EOVERFLOW, "\"%s\" returns %d", formats[i], length);
    }
    static volatile int least = INT_MIN; /* where no compiler sees it and warns */
    CHECK(pg_snprintf(NULL, 0, "%*d", least, 1) == -1, "a width of INT_MIN");
    CHECK(pg_snprintf(NULL, 0, "%.*d", least, 1) == 1, "a precision of INT_MIN");
}

static void without_size(void)
{
    char found[64];
    int length = pg_sprintf(found, "%s %d %.1f", "text", -5, 2.25);
    CHECK(length == 11 && strcmp(found, "text -5 2.2") == 0, "\"%s\", %d", found, length);
}

const struct test format_tests[] = {
    {"format integers", integers},
    {"format texts", texts},
    {"format texts without a NUL", texts_without_nul},
    {"format characters", characters},
    {"format pointers", pointers},
    {"format many arguments", many_arguments},
    {"format refuses", refused_conversions},
    {"format too long", too_long},
    {"sprintf", without_size},
    {NULL, NULL},
};
