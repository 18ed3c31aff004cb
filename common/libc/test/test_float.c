/* Doubles as text beside the host's, for every way to write them. */
#include "test.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

PG(snprintf);

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double random_double(void)
{
    static const double chosen[] = {
        0.0,       0.5,      1.5,    2.5,       1.0,        9.5,       9.995,
        99.95,     0.1,      0.125,  1e15,      1e16,       1e22,      1e23,
        123456789, 999999.5, 0.0001, 1e-5,      0.00099995, DBL_MAX,   DBL_MIN,
        5e-324,    1e308,    1e-308, 0x1p-1022, 0x1.8p0,    0x1p-1074, 4503599627370496.5,
        INFINITY,  NAN,
    };
    uint64_t sign = random_bits() << 63;
    switch (random_below(8)) {
    case 0:
        return chosen[random_below(sizeof chosen / sizeof *chosen)] * (sign != 0 ? -1 : 1);
    case 1: /* exactly half way between two short decimal numbers */
        return (double)(random_bits() >> random_below(64)) / (double)(1 << random_below(12));
    case 2: /* a short decimal number */
        return (double)random_below(100000) / pow(10, random_below(10));
    case 3: /* around a power of ten, where rounding makes a digit more */
        return nextafter(pow(10, (int)random_below(40) - 20), random_chance(50) ? 0 : INFINITY);
    case 4: /* denormal, often very small */
        return from_bits(sign | random_bits() >> (12 + random_below(52)));
    case 5: /* of middling size */
        return ldexp((double)(int64_t)random_bits(), -(int)random_below(110));
    case 6: /* few bits */
        return ldexp((double)random_below(16), (int)random_below(2120) - 1080);
    default:
        return from_bits(random_bits());
    }
}

/*
 * %#g when rounding makes a digit more (99.99 with 3 digits): glibc 2.36 drops the zeros that the
 * flag # asks for. So %#g is expected to be what C11 §7.21.6.1 defines it by: %e or %f, as the
 * exponent says that %e would print.
 */
static int host_format(char *text, size_t size, const char *fmt, int precision, double value)
{
    char plain[32], scientific[2048];
    char *kind = strcpy(plain, fmt) + strcspn(fmt, "gG");
    if (strchr(fmt, '#') != NULL && *kind != '\0' && isfinite(value)) {
        int digits = precision < 0 ? 6 : precision == 0 ? 1 : precision;
        snprintf(scientific, sizeof scientific, "%.*e", digits - 1, value);
        int exponent = atoi(strchr(scientific, 'e') + 1);
        bool fixed = exponent >= -4 && exponent < digits;
        *kind = (char)(*kind - 'g' + (fixed ? 'f' : 'e'));
        precision = digits - 1 - (fixed ? exponent : 0);
    }
    return snprintf(text, size, plain, precision, value);
}

static void compare(const char *fmt, int precision, double value)
{
    char expected[4096], found[4096];
    int expected_length = host_format(expected, sizeof expected, fmt, precision, value);
    int length = pg_snprintf(found, sizeof found, fmt, precision, value);
    CHECK(length == expected_length && strcmp(found, expected) == 0,
          "\"%s\" with precision %d of %a gives %d \"%s\", not %d \"%s\"", fmt, precision, value,
          length, found, expected_length, expected);
}

/* One letter with random flags, widths and precisions; -1 is none. */
static void compare_many(const char *kinds, int rounds)
{
    static const char flags[] = "-+ #0";
    for (int i = 0; i < rounds; i++) {
        char fmt[32], *at = fmt;
        *at++ = '%';
        while (random_chance(40))
            *at++ = flags[random_below(5)];
        if (random_chance(30))
            at += sprintf(at, "%u", 1 + random_below(50));
        sprintf(at, ".*%c", kinds[random_below((unsigned)strlen(kinds))]);
        int precision = (int)random_below(24) - 1;
        if (random_chance(5))
            precision = (int)random_below(1200);
        compare(fmt, precision, random_double());
    }
}

static void fixed(void)
{
    compare_many("fF", 20000);
}

static void scientific(void)
{
    compare_many("eE", 20000);
}

static void general(void)
{
    compare_many("gG", 20000);
}

static void hexadecimal(void)
{
    compare_many("aA", 20000);
}

/* All precisions of the numbers with the most digits. */
static void longest(void)
{
    static const double values[] = {DBL_MAX,
                                    DBL_MIN,
                                    5e-324,
                                    0x1.fffffffffffffp-1023,
                                    0x1.fffffffffffffp-1,
                                    0x1.5555555555555p-1000};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (int precision = -1; precision < 1100; precision += 1 + (int)random_below(16)) {
            compare("%.*f", precision, values[i]);
            compare("%.*e", precision, values[i]);
            compare("%.*g", precision, values[i]);
        }
}

/* Ties at every place: k + 1/2, 1/4, 1/8, ... cut before the last digit. */
static void ties(void)
{
    for (int places = 1; places < 40; places++)
        for (int i = 0; i < 50; i++) {
            double value = ldexp((double)(random_below(5000) * 2 + 1), -places);
            compare("%.*f", places - 1, value);
            compare("%.*g", places, value);
            compare("%.*e", places, value);
        }
}

static void default_precision(void)
{
    static const char *const formats[] = {"%f", "%e", "%g", "%a", "%+g", "%20.3f|", "%-+20e|"};
    for (int i = 0; i < 5000; i++) {
        char expected[512], found[512];
        const char *fmt = formats[random_below(7)];
        double value = random_double();
        snprintf(expected, sizeof expected, fmt, value);
        pg_snprintf(found, sizeof found, fmt, value);
        CHECK(strcmp(found, expected) == 0, "\"%s\" of %a gives \"%s\", not \"%s\"", fmt, value,
              found, expected);
    }
}

const struct test float_tests[] = {
    {"format %f", fixed},
    {"format %e", scientific},
    {"format %g", general},
    {"format %a", hexadecimal},
    {"format the longest doubles", longest},
    {"format ties", ties},
    {"format doubles without a precision", default_precision},
    {NULL, NULL},
};
