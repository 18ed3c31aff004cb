/* The double nearest to a text, always: the text's exact value is scaled, and rounded once. */
#include "decimal.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* IEEE 754 binary64, as bits. */
enum {
    FRACTION_BITS = 52,
    SMALLEST_EXPONENT = -1074, /* the least double is 2^-1074, all are multiples of it */
    LARGEST_EXPONENT = 1023,   /* all are below 2^1024 */
};
static const uint64_t INFINITY_BITS = UINT64_C(0x7ff) << FRACTION_BITS;
static const uint64_t NAN_BITS = UINT64_C(0xfff) << (FRACTION_BITS - 1);

/* Exponents that are written out stop here: far from any limit, and from overflow of a long. */
static const long EXPONENT_MOST = LONG_MAX / 16;

static int bit_length(uint64_t number)
{
    return number == 0 ? 0 : 64 - __builtin_clzll(number);
}

/*
 * The bits of the double nearest to significand * 2^exponent (plus a bit, less than 1 in the
 * significand, if `more`), ties to even; ERANGE if that is infinite, or too small to be exact.
 * With `more` the significand must have at least 55 bits: those of a double and two below.
 */
static uint64_t round_to_double(uint64_t significand, long exponent, bool more)
{
    if (significand == 0 && !more)
        return 0;

    long top = exponent + bit_length(significand) - 1; /* 2^top <= value < 2^(top+1) */
    if (top > LARGEST_EXPONENT) {
        errno = ERANGE;
        return INFINITY_BITS;
    }
    if (significand == 0 || top < SMALLEST_EXPONENT - 1) { /* less than half of the least */
        errno = ERANGE;
        return 0;
    }

    /* A double's last bit counts 2^last: the value becomes `kept` units of that. */
    long last = top - FRACTION_BITS > SMALLEST_EXPONENT ? top - FRACTION_BITS : SMALLEST_EXPONENT;
    uint64_t kept;
    bool inexact = more;
    if (exponent >= last) {
        kept = significand << (exponent - last);
    } else {
        int drop = (int)(last - exponent); /* at most 64, as top >= last - 1 then */
        uint64_t half = UINT64_C(1) << (drop - 1);
        uint64_t dropped = significand & (half - 1 + half);
        kept = drop < 64 ? significand >> drop : 0;
        inexact |= dropped != 0;
        kept += dropped > half || (dropped == half && (more || kept % 2 != 0));
    }

    /*
     * The leading 1 of `kept` is not stored but counts as 1 in the exponent's field; so adding
     * is right for normal numbers, for denormal ones, and when rounding has carried over.
     */
    uint64_t bits = ((uint64_t)(last - SMALLEST_EXPONENT) << FRACTION_BITS) + kept;
    if (bits >= INFINITY_BITS || (inexact && bits >> FRACTION_BITS == 0))
        errno = ERANGE;
    return bits;
}

/* Reads [sign]digits behind an exponent's letter; without digits there is no exponent. */
static const char *read_exponent(const char *letter, long *exponent)
{
    const char *at = letter + 1;
    bool negative = *at == '-';
    if (*at == '+' || *at == '-')
        at++;
    if (!isdigit((unsigned char)*at))
        return letter;

    long value = 0;
    for (; isdigit((unsigned char)*at); at++)
        if (value < EXPONENT_MOST)
            value = value * 10 + (*at - '0');
    *exponent += negative ? -value : value;
    return at;
}

static unsigned hex_value(char c)
{
    return (unsigned)(isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10);
}

/* Digits behind "0x"; NULL if there are none. */
static const char *read_hexadecimal(const char *at, uint64_t *bits)
{
    uint64_t significand = 0;
    long exponent = 0;
    bool more = false, digits = false, point = false;

    for (;; at++) {
        if (*at == '.' && !point) {
            point = true;
            continue;
        }
        if (!isxdigit((unsigned char)*at))
            break;
        digits = true;
        if (significand >> 60 == 0) {
            significand = significand * 16 + hex_value(*at);
            exponent -= point ? 4 : 0;
        } else { /* it is full: 61 bits and more */
            more |= *at != '0';
            exponent += point ? 0 : 4;
        }
    }
    if (!digits)
        return NULL;
    if (*at == 'p' || *at == 'P')
        at = read_exponent(at, &exponent);
    *bits = round_to_double(significand, exponent, more);
    return at;
}

/*
 * The number times a power of two, so chosen that its whole part has 55 to 60 bits, is what
 * round_to_double wants. Scaling up is exact; scaling down may cut off far behind the point.
 */
static uint64_t decimal_to_double(struct decimal *number)
{
    enum { LEAST_BITS = 55, WHOLE_LIMBS = 2 }; /* 10^18, two limbs, is just below 2^60 */
    int exponent = 0;

    while (number->first < DECIMAL_WHOLE_LIMBS - WHOLE_LIMBS) {
        /* Four limbs are at least 2^89, three at least 2^59: neither falls below 2^55. */
        int bits = number->first < DECIMAL_WHOLE_LIMBS - WHOLE_LIMBS - 1 ? 29 : 4;
        decimal_scale(number, -bits);
        exponent += bits;
    }
    for (;;) {
        uint64_t whole = 0;
        for (int i = number->first; i < DECIMAL_WHOLE_LIMBS; i++)
            whole = whole * 1000000000 + number->limb[i];
        if (bit_length(whole) >= LEAST_BITS || number->first == number->end)
            return round_to_double(whole, exponent,
                                   number->more || number->end > DECIMAL_WHOLE_LIMBS);
        int bits = LEAST_BITS - bit_length(whole);
        if (bits > 29)
            bits = 29;
        decimal_scale(number, bits);
        exponent -= bits;
    }
}

/* Digits with a point among them or not; NULL if there are none. */
static const char *read_decimal(const char *text, uint64_t *bits)
{
    /* First where the number ends and how much its first digit counts, ... */
    const char *end = text;
    long place = -1;
    bool digits = false, point = false;
    for (;; end++) {
        if (*end == '.' && !point) {
            point = true;
            continue;
        }
        if (!isdigit((unsigned char)*end))
            break;
        digits = true;
        place += !point;
    }
    if (!digits)
        return NULL;
    const char *digits_end = end;
    if (*end == 'e' || *end == 'E')
        end = read_exponent(end, &place);

    /* ... then the digits, each to its place. */
    struct decimal number;
    decimal_set(&number, 0);
    for (const char *at = text; at < digits_end; at++) {
        if (*at == '.')
            continue;
        if (*at != '0' && place > DECIMAL_HIGHEST) { /* 10^315 and more */
            *bits = round_to_double(1, LARGEST_EXPONENT + 1, false);
            return end;
        }
        if (*at != '0' && place < DECIMAL_LOWEST)
            number.more = true;
        else if (*at != '0')
            decimal_add(&number, (int)place, (unsigned)(*at - '0'));
        place--;
    }
    *bits = decimal_to_double(&number);
    return end;
}

/* The end of "nan", or of "nan(letters, digits and _)": what the parentheses say has no effect. */
static const char *nan_end(const char *at)
{
    if (*at != '(')
        return at;
    const char *end = at + 1;
    while (isalnum((unsigned char)*end) || *end == '_')
        end++;
    return *end == ')' ? end + 1 : at;
}

static const char *read_number(const char *at, uint64_t *bits)
{
    if (strncasecmp(at, "inf", 3) == 0) {
        *bits = INFINITY_BITS;
        return at + (strncasecmp(at, "infinity", 8) == 0 ? 8 : 3);
    }
    if (strncasecmp(at, "nan", 3) == 0) {
        *bits = NAN_BITS;
        return nan_end(at + 3);
    }
    if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
        const char *end = read_hexadecimal(at + 2, bits);
        if (end != NULL)
            return end;
    }
    return read_decimal(at, bits);
}

double strtod(const char *restrict text, char **restrict end)
{
    const char *at = text;
    while (isspace((unsigned char)*at))
        at++;
    bool negative = *at == '-';
    if (*at == '+' || *at == '-')
        at++;

    uint64_t bits = 0;
    const char *behind = read_number(at, &bits);
    if (behind == NULL) { /* no number: not even its sign is used */
        behind = text;
        negative = false;
    }
    if (end != NULL)
        *end = (char *)behind;

    bits |= (uint64_t)negative << 63;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double atof(const char *text)
{
    return strtod(text, NULL);
}
