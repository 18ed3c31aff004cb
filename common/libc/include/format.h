/* The engine behind every printf: turns a format and its arguments into pieces of text. */
#ifndef PAGURUS_FORMAT_H
#define PAGURUS_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Takes the next `length` bytes of the text. They are the engine's: valid during the call only. */
typedef void format_sink(void *context, const char *text, size_t length);

/*
 * Converts one double. The one that exists is format_float, in a file that uses SSE; who passes
 * NULL instead links nothing of it, and a floating-point conversion prints as it stands.
 */
struct format_output;
struct format_spec;
struct format_arguments;
typedef void format_floats(struct format_output *out, struct format_spec *spec,
                           struct format_arguments *arguments);
format_floats format_float;

/*
 * Formats as stdio.h says and hands the text to `sink` in order, in pieces of up to 256 bytes or,
 * for a longer string argument, in one piece. Returns the number of bytes handed over, or
 * -EOVERFLOW when there would be more than INT_MAX (the sink has then seen a part of them).
 *
 * The engine is compiled with -mgeneral-regs-only and uses no memory but its stack (below 1
 * KiB, 2 KiB with format_float), so a kernel may call it anywhere, with `floats` NULL.
 * The function that does the va_start must itself be compiled with SSE for doubles to be found.
 */
int format(format_sink *sink, void *context, format_floats *floats, const char *fmt, va_list ap);

#endif
