/* The printf engine: reads a format, and writes integers, characters and texts. */
#include "format_parts.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* The output */

static void flush(struct format_output *out)
{
    if (out->waiting > 0)
        out->sink(out->context, out->chunk, out->waiting);
    out->waiting = 0;
}

static bool count(struct format_output *out, size_t length)
{
    if (length > INT_MAX - out->total)
        out->overflow = true;
    if (!out->overflow)
        out->total += length;
    return !out->overflow;
}

void format_put(struct format_output *out, const char *text, size_t length)
{
    if (!count(out, length))
        return;
    if (length > sizeof out->chunk - out->waiting)
        flush(out);
    if (length > sizeof out->chunk) {
        out->sink(out->context, text, length);
        return;
    }
    memcpy(out->chunk + out->waiting, text, length);
    out->waiting += length;
}

void format_fill(struct format_output *out, char byte, size_t length)
{
    if (!count(out, length))
        return;
    while (length > 0) {
        if (out->waiting == sizeof out->chunk)
            flush(out);
        size_t room = sizeof out->chunk - out->waiting;
        size_t piece = length < room ? length : room;
        memset(out->chunk + out->waiting, byte, piece);
        out->waiting += piece;
        length -= piece;
    }
}

static size_t padding(const struct format_spec *spec, const char *prefix, size_t length)
{
    size_t width = (size_t)spec->width;
    length += strlen(prefix);
    return width > length ? width - length : 0;
}

void format_begin(struct format_output *out, const struct format_spec *spec, const char *prefix,
                  size_t length)
{
    if (!spec->left && !spec->zero)
        format_fill(out, ' ', padding(spec, prefix, length));
    format_put(out, prefix, strlen(prefix));
    if (!spec->left && spec->zero)
        format_fill(out, '0', padding(spec, prefix, length));
}

void format_end(struct format_output *out, const struct format_spec *spec, const char *prefix,
                size_t length)
{
    if (spec->left)
        format_fill(out, ' ', padding(spec, prefix, length));
}

const char *format_sign(const struct format_spec *spec, bool negative)
{
    return negative ? "-" : spec->plus ? "+" : spec->space ? " " : "";
}

/* The conversions */

/* A narrow argument comes as an int (C promotes it) and is cut to its size again. */
static intmax_t take_signed(const struct format_spec *spec, struct format_arguments *arguments)
{
    switch (spec->size) {
    case 'H':
        return (signed char)va_arg(arguments->list, int);
    case 'h':
        return (short)va_arg(arguments->list, int);
    case 'l':
    case 'j':
    case 't':
    case 'z':
        return va_arg(arguments->list, long); /* they are all 64 bits wide */
    default:
        return va_arg(arguments->list, int);
    }
}

static uintmax_t take_unsigned(const struct format_spec *spec, struct format_arguments *arguments)
{
    switch (spec->size) {
    case 'H':
        return (unsigned char)va_arg(arguments->list, unsigned);
    case 'h':
        return (unsigned short)va_arg(arguments->list, unsigned);
    case 'l':
    case 'j':
    case 't':
    case 'z':
        return va_arg(arguments->list, unsigned long);
    default:
        return va_arg(arguments->list, unsigned);
    }
}

static void put_integer(struct format_output *out, struct format_spec *spec, const char *prefix,
                        uintmax_t value, unsigned base)
{
    const char *digits = spec->kind == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[22]; /* 64 bits in octal */
    char *at = text + sizeof text;
    for (; value != 0; value /= base)
        *--at = digits[value % base];

    size_t length = (size_t)(text + sizeof text - at);
    size_t least = spec->precision < 0 ? 1 : (size_t)spec->precision;
    if (base == 8 && spec->alternate && least <= length)
        least = length + 1; /* %#o means: the first digit is a 0 */
    size_t zeros = least > length ? least - length : 0;
    if (spec->precision >= 0)
        spec->zero = false; /* C: the flag 0 yields to a precision */

    format_begin(out, spec, prefix, zeros + length);
    format_fill(out, '0', zeros);
    format_put(out, at, length);
    format_end(out, spec, prefix, zeros + length);
}

static void put_text(struct format_output *out, struct format_spec *spec, const char *text,
                     size_t length)
{
    spec->zero = false;
    format_begin(out, spec, "", length);
    format_put(out, text, length);
    format_end(out, spec, "", length);
}

/* Refused conversions print as they stand, from their '%' (at `from`) to `end`. */
static void put_refused(struct format_output *out, const char *from, const char *end)
{
    format_put(out, from, (size_t)(end - from));
}

static void convert(struct format_output *out, struct format_spec *spec, format_floats *floats,
                    struct format_arguments *arguments, const char *from, const char *end)
{
    switch (spec->kind) {
    case 'd':
    case 'i': {
        intmax_t value = take_signed(spec, arguments);
        uintmax_t magnitude = value < 0 ? 0 - (uintmax_t)value : (uintmax_t)value;
        put_integer(out, spec, format_sign(spec, value < 0), magnitude, 10);
        return;
    }
    case 'u':
        put_integer(out, spec, "", take_unsigned(spec, arguments), 10);
        return;
    case 'o':
        put_integer(out, spec, "", take_unsigned(spec, arguments), 8);
        return;
    case 'x':
    case 'X': {
        uintmax_t value = take_unsigned(spec, arguments);
        const char *prefix = !spec->alternate || value == 0 ? "" : spec->kind == 'x' ? "0x" : "0X";
        put_integer(out, spec, prefix, value, 16);
        return;
    }
    case 'p': {
        void *pointer = va_arg(arguments->list, void *);
        if (pointer == NULL)
            put_text(out, spec, "(nil)", strlen("(nil)"));
        else
            put_integer(out, spec, "0x", (uintptr_t)pointer, 16);
        return;
    }
    case 'c': {
        if (spec->size == 'l')
            break;
        char c = (char)va_arg(arguments->list, int);
        put_text(out, spec, &c, 1);
        return;
    }
    case 's': {
        if (spec->size == 'l')
            break;
        const char *text = va_arg(arguments->list, const char *);
        size_t limit = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;
        if (text == NULL) /* a mistake, shown if there is room to show it whole */
            text = limit >= strlen("(null)") ? "(null)" : "";
        put_text(out, spec, text, strnlen(text, limit));
        return;
    }
    case 'n':
        break;
    case '%':
        format_put(out, "%", 1);
        return;
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        if (floats != NULL)
            floats(out, spec, arguments);
        else
            put_refused(out, from, end); /* its argument lies in an SSE register */
        return;
    default:
        put_refused(out, from, end);
        return;
    }
    put_refused(out, from, end);
    (void)va_arg(arguments->list, void *);
}

/* The format */

/* Reads a number, or * for one from the arguments; -1 and overflow for one above INT_MAX. */
static int read_number(struct format_output *out, const char **at,
                       struct format_arguments *arguments)
{
    if (**at == '*') {
        (*at)++;
        return va_arg(arguments->list, int);
    }
    int number = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, **at - '0', &number))
            out->overflow = true;
    return out->overflow ? -1 : number;
}

static const char *read_flags(struct format_spec *spec, const char *at)
{
    for (;; at++) {
        switch (*at) {
        case '-':
            spec->left = true;
            break;
        case '+':
            spec->plus = true;
            break;
        case ' ':
            spec->space = true;
            break;
        case '#':
            spec->alternate = true;
            break;
        case '0':
            spec->zero = true;
            break;
        case '\'': /* group digits by thousands: never, in the C locale */
            break;
        default:
            return at;
        }
    }
}

static const char *read_size(struct format_spec *spec, const char *at)
{
    if ((at[0] == 'h' && at[1] == 'h') || (at[0] == 'l' && at[1] == 'l')) {
        spec->size = *at == 'h' ? 'H' : 'l';
        return at + 2;
    }
    if (*at == '\0' || strchr("hlqjztL", *at) == NULL)
        return at;
    spec->size = *at == 'q' ? 'l' : *at;
    return at + 1;
}

/* Reads the conversion whose '%' stands before `at`; returns the end of it. */
static const char *read_spec(struct format_output *out, struct format_spec *spec, const char *at,
                             struct format_arguments *arguments)
{
    *spec = (struct format_spec){.precision = -1};
    at = read_flags(spec, at);

    spec->width = read_number(out, &at, arguments);
    if (spec->width < 0) { /* from a *: it means the flag - and the width without its sign */
        spec->left = true;
        if (spec->width == INT_MIN)
            out->overflow = true;
        else
            spec->width = -spec->width;
    }
    if (*at == '.') {
        at++;
        spec->precision = read_number(out, &at, arguments); /* below 0, from a *: none */
    }
    at = read_size(spec, at);
    spec->kind = *at;
    return *at != '\0' ? at + 1 : at;
}

int format(format_sink *sink, void *context, format_floats *floats, const char *fmt, va_list ap)
{
    struct format_output out; /* not initialised as a whole: that would clear the chunk */
    out.sink = sink;
    out.context = context;
    out.total = 0;
    out.overflow = false;
    out.waiting = 0;

    struct format_arguments arguments;
    va_copy(arguments.list, ap);
    while (*fmt != '\0' && !out.overflow) {
        const char *end = fmt;
        while (*end != '\0' && *end != '%')
            end++;
        format_put(&out, fmt, (size_t)(end - fmt));
        if (*end == '%') {
            const char *from = end;
            struct format_spec spec;
            end = read_spec(&out, &spec, from + 1, &arguments);
            if (!out.overflow)
                convert(&out, &spec, floats, &arguments, from, end);
        }
        fmt = end;
    }
    va_end(arguments.list);

    flush(&out);
    return out.overflow ? -EOVERFLOW : (int)out.total;
}
