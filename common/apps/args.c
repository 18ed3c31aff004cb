/*
 * Shows its arguments, one a line; on the debug console in hexadecimal, so that any byte is exact.
 */
#include <stdio.h>
#include <string.h>

#include "report.h"

int main(int argc, char **argv)
{
    report("# argc %d\n", argc);
    for (int i = 0; i < argc; i++) {
        printf("argv[%d] = \"%s\"\n", i, argv[i]);
        report("# argv%d ", i);
        for (const char *c = argv[i]; *c; c++)
            report("%02x", (unsigned char)*c);
        report("\n");
    }
    report("# end %s\n", argv[argc] ? "not NULL" : "NULL");
    return 0;
}
