/* What unit tests and fuzz targets share: a failed check says why and ends the process. */
#include "test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *file, int line, const char *fmt, ...)
{
    char text[2000];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    for (char *at = text; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            *at = '?'; /* an input may hold anything */
    fprintf(stderr, "# %s:%d: %s\n", file, line, text);
    abort();
}
