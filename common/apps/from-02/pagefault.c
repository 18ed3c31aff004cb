/*
 * Touches memory in a function that is chosen by name, so that a fault report can be checked:
 *
 *   pagefault read|write|fetch FUNCTION ADDRESS
 *   pagefault recurse FUNCTION DEPTH SEED     so many calls deep; then says what became of them
 *   pagefault frame FUNCTION SIZE             a local array of this size, touched at its low end
 *
 * FUNCTION is one of the trees below.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

typedef long tree(const char *how, uint64_t number, uint64_t seed);

/* Mixes a level's number and what stands in its frame. */
static long mixed(uint64_t value, uint64_t level)
{
    return (long)((value ^ level) * 0x100000001b3ul >> 1);
}

/*
 * Each tree does it all by itself, so that the fault is in a function of this name. A level of the
 * recursion keeps a value of its own in its frame while all deeper levels run.
 */
#define TREE(name)                                                                                 \
    __attribute__((noinline)) static long name(const char *how, uint64_t number, uint64_t seed)    \
    {                                                                                              \
        volatile char *address = (volatile char *)number;                                          \
                                                                                                   \
        if (strcmp(how, "read") == 0)                                                              \
            return *address;                                                                       \
        if (strcmp(how, "write") == 0)                                                             \
            return *address = 1;                                                                   \
        if (strcmp(how, "fetch") == 0) {                                                           \
            long (*code)(void) = (long (*)(void))number;                                           \
            return code() + 1;                                                                     \
        }                                                                                          \
        if (strcmp(how, "frame") == 0) {                                                           \
            volatile char *array = __builtin_alloca(number);                                       \
            array[0] = 1;                                                                          \
            report("# array %#lx of %lu\n", (unsigned long)array, number);                         \
            return array[0];                                                                       \
        }                                                                                          \
        volatile uint64_t kept[8] = {seed, seed + number};                                         \
        long below = number > 0 ? name(how, number - 1, seed) : 0;                                 \
        return below + mixed(kept[1] - kept[0] + seed, number);                                    \
    }

TREE(alder)
TREE(birch)
TREE(cedar)
TREE(linden)
TREE(rowan)
TREE(willow)

static const struct {
    const char *name;
    tree *function;
} trees[] = {
    {"alder", alder},   {"birch", birch}, {"cedar", cedar},
    {"linden", linden}, {"rowan", rowan}, {"willow", willow},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 3 && i < sizeof trees / sizeof trees[0]; i++)
        if (strcmp(argv[2], trees[i].name) == 0) {
            uint64_t seed = argc > 4 ? strtoull(argv[4], NULL, 0) : 0;
            long sum = trees[i].function(argv[1], strtoull(argv[3], NULL, 0), seed);
            report("# sum %#lx\n", (unsigned long)sum);
            return 0;
        }
    printf("usage: pagefault read|write|fetch|recurse|frame FUNCTION NUMBER [SEED]\n");
    return 2;
}
