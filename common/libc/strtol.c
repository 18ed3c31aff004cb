/* Integers from text, in any base from 2 to 36. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

struct integer {
    unsigned long long magnitude; /* ULLONG_MAX when the digits say more */
    bool negative;
    bool too_big;
};

/* What the character is worth as a digit; 36 or more if it is none. */
static unsigned digit_value(char c)
{
    if (isdigit((unsigned char)c))
        return (unsigned)(c - '0');
    if (isalpha((unsigned char)c))
        return (unsigned)(tolower((unsigned char)c) - 'a' + 10);
    return UINT_MAX;
}

/* Reads blanks, a sign, a prefix and digits; false, with errno EINVAL, if there is no such base. */
static bool integer_read(struct integer *result, const char *text, char **end, int base)
{
    *result = (struct integer){0};
    if (base < 0 || base == 1 || base > 36) {
        errno = EINVAL;
        return false;
    }

    const char *at = text;
    while (isspace((unsigned char)*at))
        at++;
    if (*at == '+' || *at == '-')
        result->negative = *at++ == '-';

    /* "0x" is a prefix only with a digit behind it; else the number is the 0, and ends there. */
    bool prefixed = at[0] == '0' && (at[1] == 'x' || at[1] == 'X') && digit_value(at[2]) < 16;
    if (base == 0)
        base = prefixed ? 16 : *at == '0' ? 8 : 10;
    if (base == 16 && prefixed)
        at += 2;

    const char *digits = at;
    for (unsigned digit; (digit = digit_value(*at)) < (unsigned)base; at++)
        if (__builtin_mul_overflow(result->magnitude, (unsigned)base, &result->magnitude) ||
            __builtin_add_overflow(result->magnitude, digit, &result->magnitude))
            result->too_big = true;
    if (result->too_big)
        result->magnitude = ULLONG_MAX;

    if (end != NULL)
        *end = (char *)(at > digits ? at : text);
    return true;
}

unsigned long long strtoull(const char *restrict text, char **restrict end, int base)
{
    struct integer number;
    if (!integer_read(&number, text, end, base))
        return 0;
    if (number.too_big) {
        errno = ERANGE;
        return ULLONG_MAX;
    }
    return number.negative ? 0 - number.magnitude : number.magnitude; /* "-1" is ULLONG_MAX: C */
}

long long strtoll(const char *restrict text, char **restrict end, int base)
{
    struct integer number;
    if (!integer_read(&number, text, end, base))
        return 0;

    unsigned long long limit = (unsigned long long)LLONG_MAX + number.negative;
    if (number.magnitude > limit) {
        errno = ERANGE;
        number.magnitude = limit;
    }
    return (long long)(number.negative ? 0 - number.magnitude : number.magnitude);
}

/* On x86-64 long is as wide as long long. */
long strtol(const char *restrict text, char **restrict end, int base)
{
    return strtoll(text, end, base);
}

unsigned long strtoul(const char *restrict text, char **restrict end, int base)
{
    return strtoull(text, end, base);
}

int atoi(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

long atol(const char *text)
{
    return strtol(text, NULL, 10);
}

long long atoll(const char *text)
{
    return strtoll(text, NULL, 10);
}
