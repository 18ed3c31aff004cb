/* Doubles as text, every digit exact: printf's f, e, g and a. The digits are made with integers. */
#include "decimal.h"
#include "format_parts.h"

#include <string.h>

/* IEEE 754 binary64: sign, 11 bits of exponent, 52 bits of fraction (Intel SDM vol. 1 §4.2.2). */
enum {
    FRACTION_BITS = 52,
    EXPONENT_MASK = 0x7ff,
    EXPONENT_BIAS = 1023,
};

enum { EXPONENT_DIGITS = 10, EXPONENT_TEXT = 2 + EXPONENT_DIGITS }; /* enough for any int */

struct binary64 {
    bool negative;
    bool special; /* infinity, or NaN if the significand is not 0 */
    uint64_t significand;
    int exponent; /* the value is significand * 2^exponent */
};

/* The only place that handles a double as such. A long double loses its further digits here. */
static uint64_t take_bits(const struct format_spec *spec, struct format_arguments *arguments)
{
    double value = spec->size == 'L' ? (double)va_arg(arguments->list, long double)
                                     : va_arg(arguments->list, double);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static struct binary64 take_apart(uint64_t bits)
{
    int biased = (int)(bits >> FRACTION_BITS) & EXPONENT_MASK;
    struct binary64 number = {
        .negative = bits >> 63 != 0,
        .special = biased == EXPONENT_MASK,
        .significand = bits & ((UINT64_C(1) << FRACTION_BITS) - 1),
        .exponent = (biased != 0 ? biased : 1) - EXPONENT_BIAS - FRACTION_BITS,
    };
    if (biased != 0 && !number.special)
        number.significand |= UINT64_C(1) << FRACTION_BITS; /* the 1 that is not stored */
    return number;
}

static bool is_upper(const struct format_spec *spec)
{
    return spec->kind >= 'A' && spec->kind <= 'Z';
}

static void put_special(struct format_output *out, struct format_spec *spec,
                        const struct binary64 *number)
{
    const char *sign = format_sign(spec, number->negative);
    const char *name = number->significand != 0 ? is_upper(spec) ? "NAN" : "nan"
                       : is_upper(spec)         ? "INF"
                                                : "inf";
    spec->zero = false;
    format_begin(out, spec, sign, strlen(name));
    format_put(out, name, strlen(name));
    format_end(out, spec, sign, strlen(name));
}

/* An exponent as in e+05 or p-3: letter, sign, and at least `least` digits. Returns the length. */
static size_t write_exponent(char *text, char letter, int exponent, size_t least)
{
    char digits[EXPONENT_DIGITS];
    size_t count = 0;
    for (int rest = exponent < 0 ? -exponent : exponent; rest != 0 || count < least; rest /= 10)
        digits[count++] = (char)('0' + rest % 10);

    size_t length = 0;
    text[length++] = letter;
    text[length++] = exponent < 0 ? '-' : '+';
    while (count > 0)
        text[length++] = digits[--count];
    return length;
}

/* `count` digits from the place on downwards; below the lowest place they are all 0. */
static void put_digits(struct format_output *out, const struct decimal *number, int place,
                       size_t count)
{
    for (; count > 0 && place >= DECIMAL_LOWEST; count--, place--) {
        char digit = (char)('0' + decimal_digit(number, place));
        format_put(out, &digit, 1);
    }
    format_fill(out, '0', count);
}

/*
 * Writes the number, which is rounded already: `whole` digits from the place `top` on, the point
 * if something follows it or the flag # wants it, `fraction` digits more, and `tail`.
 */
static void put_decimal(struct format_output *out, const struct format_spec *spec, const char *sign,
                        const struct decimal *number, int top, size_t whole, size_t fraction,
                        const char *tail, size_t tail_length)
{
    size_t point = fraction > 0 || spec->alternate;
    size_t length = whole + point + fraction + tail_length;

    format_begin(out, spec, sign, length);
    put_digits(out, number, top, whole);
    format_put(out, ".", point);
    put_digits(out, number, top - (int)whole, fraction);
    format_put(out, tail, tail_length);
    format_end(out, spec, sign, length);
}

/* As in 123.456 */
static void put_fixed(struct format_output *out, const struct format_spec *spec, const char *sign,
                      const struct decimal *number, int precision)
{
    int top = decimal_top(number);
    if (top < 0)
        top = 0;
    put_decimal(out, spec, sign, number, top, (size_t)top + 1, (size_t)precision, "", 0);
}

/* As in 1.23456e+02 */
static void put_scientific(struct format_output *out, const struct format_spec *spec,
                           const char *sign, const struct decimal *number, int precision)
{
    int top = decimal_top(number);
    char tail[EXPONENT_TEXT];
    size_t tail_length = write_exponent(tail, is_upper(spec) ? 'E' : 'e', top, 2);
    put_decimal(out, spec, sign, number, top, 1, (size_t)precision, tail, tail_length);
}

/*
 * %g: `digits` significant digits in the shorter of both ways, which the exponent after rounding
 * decides, without zeros at the end unless the flag # asks for them (C11 §7.21.6.1).
 */
static void put_general(struct format_output *out, const struct format_spec *spec, const char *sign,
                        struct decimal *number, int digits)
{
    int top = decimal_top(number);
    bool fixed = top >= -4 && top < digits;
    int last = top - (digits - 1); /* the place of the last of them */
    if (!spec->alternate && last < decimal_bottom(number))
        last = decimal_bottom(number);
    if (!fixed)
        put_scientific(out, spec, sign, number, top - last);
    else
        put_fixed(out, spec, sign, number, last < 0 ? -last : 0);
}

/* %a: the significand in hexadecimal, a power of two in decimal, as in 0x1.8p+1 for 3. */
static void put_hexadecimal(struct format_output *out, struct format_spec *spec,
                            struct binary64 *number)
{
    enum { FRACTION_DIGITS = FRACTION_BITS / 4 };
    const char *digits = is_upper(spec) ? "0123456789ABCDEF" : "0123456789abcdef";
    char prefix[4];
    strcpy(prefix, format_sign(spec, number->negative));
    strcat(prefix, is_upper(spec) ? "0X" : "0x");

    uint64_t bits = number->significand;
    int exponent = bits == 0 ? 0 : number->exponent + FRACTION_BITS;
    int stored = FRACTION_DIGITS; /* how many digits of the fraction `bits` has */
    if (spec->precision >= 0 && spec->precision < FRACTION_DIGITS) {
        uint64_t unit = UINT64_C(1) << (FRACTION_DIGITS - spec->precision) * 4;
        uint64_t dropped = bits % unit;
        bits /= unit;
        bits += dropped > unit / 2 || (dropped == unit / 2 && bits % 2 != 0);
        stored = spec->precision;
    }
    if (spec->precision < 0)
        for (; stored > 0 && bits % 16 == 0; bits /= 16)
            stored--;

    size_t fraction = (size_t)(spec->precision < 0 ? stored : spec->precision);
    size_t point = fraction > 0 || spec->alternate;
    char tail[EXPONENT_TEXT];
    size_t tail_length = write_exponent(tail, is_upper(spec) ? 'P' : 'p', exponent, 1);
    size_t length = 1 + point + fraction + tail_length;

    format_begin(out, spec, prefix, length);
    for (int i = stored; i >= 0; i--) {
        format_put(out, &digits[bits >> i * 4 & 15], 1);
        if (i == stored)
            format_put(out, ".", point);
    }
    format_fill(out, '0', fraction - (size_t)stored);
    format_put(out, tail, tail_length);
    format_end(out, spec, prefix, length);
}

void format_float(struct format_output *out, struct format_spec *spec,
                  struct format_arguments *arguments)
{
    struct binary64 value = take_apart(take_bits(spec, arguments));
    if (value.special) {
        put_special(out, spec, &value);
        return;
    }
    if (spec->kind == 'a' || spec->kind == 'A') {
        put_hexadecimal(out, spec, &value);
        return;
    }

    const char *sign = format_sign(spec, value.negative);
    int precision = spec->precision < 0 ? 6 : spec->precision;
    struct decimal number;
    decimal_set(&number, value.significand);
    decimal_scale(&number, value.exponent);

    switch (spec->kind) {
    case 'f':
    case 'F':
        decimal_round(&number, -precision);
        put_fixed(out, spec, sign, &number, precision);
        return;
    case 'e':
    case 'E':
        decimal_round(&number, decimal_top(&number) - precision);
        put_scientific(out, spec, sign, &number, precision);
        return;
    default: /* g, G: the precision counts all digits, not those behind the point */
        if (precision == 0)
            precision = 1;
        decimal_round(&number, decimal_top(&number) - (precision - 1));
        put_general(out, spec, sign, &number, precision);
        return;
    }
}
