/* Copies its input to its output: `cat 100` for 100 bytes, else until ^D. */
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"
#include "report.h"

#define END_OF_TRANSMISSION 4 /* ^D */

int main(int argc, char **argv)
{
    long wanted = argc > 1 ? atol(argv[1]) : -1;

    report("# reading\n");
    for (long i = 0; i != wanted; i++) {
        int byte = console_read_byte();
        if (wanted < 0 && byte == END_OF_TRANSMISSION)
            break;
        report("# byte %02x\n", byte);
        if (byte == '\r')
            byte = '\n';
        putchar(byte);
    }
    return 0;
}
