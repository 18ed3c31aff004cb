/* What format.c and format_float.c share: a parsed conversion, the arguments, and the output. */
#ifndef PAGURUS_FORMAT_PARTS_H
#define PAGURUS_FORMAT_PARTS_H

#include <format.h>
#include <stdbool.h>
#include <stdint.h>

/* One conversion of a format: %-8.3lx is flag left, width 8, precision 3, size 'l', kind 'x'. */
struct format_spec {
    bool left, plus, space, alternate, zero; /* the flags - + space # 0 */
    int width;
    int precision; /* below 0: the format gives none */
    char size;     /* h l z t j L, H for hh, or 0; q and ll are l */
    char kind;     /* the conversion's letter */
};

/* A va_list is an array on x86-64; in a struct its address can be passed on. */
struct format_arguments {
    va_list list;
};

/* The text on its way to the sink. */
struct format_output {
    format_sink *sink;
    void *context;
    size_t total;  /* bytes of text so far, those waiting in `chunk` too */
    bool overflow; /* more than INT_MAX: nothing is taken any more */
    size_t waiting;
    char chunk[256];
};

void format_put(struct format_output *out, const char *text, size_t length);
void format_fill(struct format_output *out, char byte, size_t count);

/*
 * A field is blanks or not, prefix (sign, 0x), zeros, body, blanks or not. format_begin writes
 * what comes before a body of `length` bytes, format_end what comes behind it.
 */
void format_begin(struct format_output *out, const struct format_spec *spec, const char *prefix,
                  size_t length);
void format_end(struct format_output *out, const struct format_spec *spec, const char *prefix,
                size_t length);

/* The sign that a number starts with: "-", "+", " " or "". */
const char *format_sign(const struct format_spec *spec, bool negative);

#endif
