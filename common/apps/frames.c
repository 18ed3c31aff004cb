/* Five calls deep, and then the end: `frames panic TEXT` or `frames fault`. For backtraces. */
#include <stdio.h>
#include <string.h>

#include "machine.h"

static int depth; /* keeps the compiler from merging the functions */

__attribute__((noinline)) static void fifth(const char *how, const char *text)
{
    depth = 5;
    if (strcmp(how, "panic") == 0)
        panic("%s", text);
    *(volatile int *)16 = depth; /* page 0 is never mapped */
}

__attribute__((noinline)) static void fourth(const char *how, const char *text)
{
    fifth(how, text);
    depth = 4;
}

__attribute__((noinline)) static void third(const char *how, const char *text)
{
    fourth(how, text);
    depth = 3;
}

__attribute__((noinline)) static void second(const char *how, const char *text)
{
    third(how, text);
    depth = 2;
}

__attribute__((noinline)) static void first(const char *how, const char *text)
{
    second(how, text);
    depth = 1;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        printf("usage: frames panic TEXT | frames fault\n");
        return 2;
    }
    first(argv[1], argc > 2 ? argv[2] : "");
    return depth;
}
