/* Numbers from text beside the host's: value, end and errno. */
#include "test.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

PG(strtol);
PG(strtoul);
PG(strtoll);
PG(strtoull);
PG(atoi);
PG(atol);
PG(atoll);
PG(strtod);
PG(atof);

/* Calls the host's and the tested function; both start with errno 0. */
#define COMPARE(type, name, text, base)                                                            \
    do {                                                                                           \
        char *expected_end = (char *)text, *found_end = (char *)text;                              \
        errno = pg_errno = 0;                                                                      \
        type expected = name(text, &expected_end, base);                                           \
        int expected_errno = errno;                                                                \
        type found = pg_##name(text, &found_end, base);                                            \
        CHECK(found == expected && found_end == expected_end && pg_errno == expected_errno,        \
              #name "(\"%s\", %d): %lld, not %lld; end %td, not %td; errno %d, not %d", text,      \
              base, (long long)found, (long long)expected, found_end - text, expected_end - text,  \
              pg_errno, expected_errno);                                                           \
        CHECK(pg_##name(text, NULL, base) == expected, #name " without end");                      \
    } while (0)

static void integers(void)
{
    for (int i = 0; i < 40000; i++) {
        char text[100];
        int base = random_chance(30) ? 10 : random_chance(30) ? 16 : (int)random_below(36);
        base += base == 1; /* there is no base 1: integer_bases tries that */
        switch (random_below(4)) {
        case 0:
            random_text(text, random_below(8), " \t\n+-0x1aZ");
            break;
        case 1:
            random_text(text, random_below(70), "0123456789abcdefxyzABXZ");
            break;
        case 2: /* around the limits, in bases that printf has */
            sprintf(text,
                    base == 16  ? "%s%#lx"
                    : base == 8 ? "%s%lo"
                                : "%s%lu",
                    random_chance(50) ? "-" : "", random_integer());
            break;
        default:
            sprintf(text, "  %s%lu", random_chance(50) ? "-" : "+", random_integer());
            if (random_chance(30))
                strcat(text, "9");
        }
        COMPARE(long, strtol, text, base);
        COMPARE(unsigned long, strtoul, text, base);
        COMPARE(long long, strtoll, text, base);
        COMPARE(unsigned long long, strtoull, text, base);
        CHECK(pg_atol(text) == atol(text), "atol(\"%s\")", text);
        CHECK(pg_atoll(text) == atoll(text), "atoll(\"%s\")", text);
        CHECK(pg_atoi(text) == atoi(text), "atoi(\"%s\")", text);
    }
}

static void integer_bases(void)
{
    static const int bases[] = {-1, 1, 37, 1000};
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        pg_errno = 0;
        CHECK(pg_strtol("12", NULL, bases[i]) == 0 && pg_errno == EINVAL, "base %d", bases[i]);
    }
}

static void compare_double(const char *text)
{
    char *expected_end, *found_end;
    errno = pg_errno = 0;
    double expected = strtod(text, &expected_end);
    int expected_errno = errno;
    double found = pg_strtod(text, &found_end);
    bool equal = isnan(expected) ? isnan(found) && signbit(expected) == signbit(found)
                                 : memcmp(&expected, &found, sizeof found) == 0;
    CHECK(equal && found_end == expected_end, "strtod(\"%s\"): %a, not %a; end %td, not %td", text,
          found, expected, found_end - text, expected_end - text);
    /* Whether what rounds up to the least normal number was too small may be seen either way. */
    CHECK(pg_errno == expected_errno || fabs(found) == DBL_MIN,
          "strtod(\"%s\") = %a: errno %d, not %d", text, found, pg_errno, expected_errno);
    CHECK(isnan(found) || pg_atof(text) == found, "atof(\"%s\")", text);
}

static void doubles_shapes(void)
{
    static const char *const texts[] = {
        "",
        " ",
        "+",
        "-",
        ".",
        "e5",
        ".e5",
        "-.",
        "0",
        "-0",
        "+.0",
        "1.",
        ".5",
        "1e",
        "1e+",
        "1e-x",
        "1.5.5",
        "  \t\n12.5x",
        "- 1",
        "inf",
        "-INF",
        "infinit",
        "Infinity!",
        "nan",
        "-NaN",
        "nan(",
        "nan()",
        "nan(a_1)x",
        "nan(-)",
        "0x",
        "0x.",
        "0x.p1",
        "0xg",
        "0x1",
        "-0X1.8P1",
        "0x1p",
        "0x1p+",
        "0x1p-1074",
        "0x1p-1075",
        "0x1.8p-1075",
        "0x0.8p-1074",
        "0x1.fffffffffffff8p1023",
        "0x1p1024",
        "0x1.fffffffffffff7ffffffffffp1023",
        "0x1.00000000000008p0",
        "0x1.000000000000080000001p0",
        "0x1.0000000000000800000000100p0",
        "0x1.00000000000018p0",
        "0x0.000000000000000000000000001p100",
        "0x100000000000000000000000000",
        "0x123456789abcdef123456789abcdefp-100",
        "1e308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1.8e308",
        "1e309",
        "1e314",
        "1e315",
        "1e316",
        "1e99999",
        "1e-99999",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "0e99999999999999999999",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.2250738585072014e-308",
        "2.2250738585072011e-308",
        "2.225073858507201e-308",
        "1e-1080",
        "1e-1081",
        "9007199254740993",
        "9007199254740992.999",
        "0x1p9999999999999999999",
        "0x0p9999999999999999999",
        "1e23",
        "8.5e22",
        "0.1",
        "123456789012345678901234567890",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        compare_double(texts[i]);
}

static void doubles_random(void)
{
    for (int i = 0; i < 15000; i++) {
        char text[1000];
        size_t whole = random_below(random_chance(5) ? 350 : 25);
        random_text(text, whole, "0123456789");
        strcat(text, ".");
        random_text(text + whole + 1, random_below(random_chance(5) ? 400 : 25), "0123456789");
        if (random_chance(70))
            sprintf(text + strlen(text), "e%d", (int)random_below(700) - 350);
        compare_double(text);
        random_text(text, random_below(12), "0123456789abcdefx.pe+-in ");
        compare_double(text);
    }
}

/*
 * Up to 52 bits, or 61 and more: for denormals of exactly 54 bits glibc 2.36 forgets the last one,
 * see doubles_of_54_bits.
 */
static void doubles_hexadecimal(void)
{
    for (int i = 0; i < 15000; i++) {
        char text[100], digits[50];
        size_t count = random_chance(50) ? 1 + random_below(13) : 16 + random_below(24);
        random_text(digits, count, "0123456789abcdefABCDEF");
        digits[0] = "123456789aBcDeF"[random_below(15)];
        digits[count - 1] = '1';
        int whole = (int)random_below((unsigned)count + 1);
        sprintf(text, "%s%.*s%s%sp%d", random_chance(50) ? "0x" : "-0X00", whole, digits,
                random_chance(80) ? "." : "", digits + whole, (int)random_below(2400) - 1200);
        compare_double(text);
    }
}

static void doubles_of_54_bits(void)
{
    pg_errno = 0;
    double found = pg_strtod("0x20000000000003p-1076", NULL); /* 2^51 + 3/4 of the least double */
    CHECK(found == 0x0.8000000000001p-1022 && pg_errno == ERANGE, "%a, errno %d", found, pg_errno);
}

/* What %.17g and %a write is read back bit by bit. */
static void doubles_back(void)
{
    for (int i = 0; i < 10000; i++) {
        char text[64];
        sprintf(text,
                random_chance(50)   ? "%.17g"
                : random_chance(50) ? "%.15e"
                                    : "%a",
                random_double());
        compare_double(text);
    }
}

/*
 * Exactly half way between two doubles (a long double holds such a point), then a little less and
 * a little more in the last of up to 1100 digits.
 */
static void doubles_half_way(void)
{
    for (int i = 0; i < 1500; i++) {
        double low = fabs(random_double()), high = nextafter(low, INFINITY);
        if (isinf(high) || isnan(high))
            continue;
        char text[2000];
        sprintf(text, "%.1080Lf", ((long double)low + (long double)high) / 2);
        compare_double(text);
        size_t length = strlen(text);
        strcpy(text + length, "000000000000000000000000000000000000000000000000000001");
        compare_double(text);
        text[length] = '\0';
        char last = text[length - 1];
        text[length - 1] = (char)(last == '9' ? '8' : last + 1); /* at the lowest place there is */
        compare_double(text);
        text[length - 1] = last;
        while (text[length - 1] == '0')
            length--;
        if (text[length - 1] == '.')
            length--;
        text[length - 1]--; /* not a 0: in the whole part a wrong guess is only another number */
        if (text[length - 1] >= '0') {
            text[length] = '\0';
            strcat(text, strchr(text, '.') != NULL ? "9999999" : "");
            compare_double(text);
        }
    }
}

/* Thousands of digits, zeros in front and behind, and an exponent that brings them back. */
static void doubles_long(void)
{
    static char text[8000];
    for (int i = 0; i < 200; i++) {
        int zeros = (int)random_below(3000), digits = 1 + (int)random_below(1500);
        bool behind = random_chance(50);
        char *at = text;
        if (behind)
            at += sprintf(at, "0.");
        memset(at, '0', (size_t)zeros);
        random_text(at + (behind ? zeros : 0), (size_t)digits, "0123456789");
        at += behind ? zeros + digits : digits;
        if (!behind) {
            memset(at, '0', (size_t)zeros);
            at += zeros;
        }
        sprintf(at, "e%d", (behind ? zeros : -zeros - digits) + (int)random_below(660) - 340);
        compare_double(text);
    }
}

const struct test number_tests[] = {
    {"strtol and its family", integers},
    {"strtol refuses bases", integer_bases},
    {"strtod of every shape", doubles_shapes},
    {"strtod of random texts", doubles_random},
    {"strtod of random hexadecimal texts", doubles_hexadecimal},
    {"strtod of 54 bits", doubles_of_54_bits},
    {"strtod of printf's texts", doubles_back},
    {"strtod half way", doubles_half_way},
    {"strtod of thousands of digits", doubles_long},
    {NULL, NULL},
};
