/* What must not be done to a block: `heap_misuse KIND MAKER DROPPER SIZE OFFSET`. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ended.h"
#include "report.h"

#define NOINLINE __attribute__((noinline))

/* Who allocates, and who frees: which of them it was must be found out. */
#define MAKER(name, call)                                                                          \
    NOINLINE static uint8_t *name(size_t size)                                                     \
    {                                                                                              \
        uint8_t *block = call;                                                                     \
        report("block %p\n", (void *)block);                                                       \
        return block;                                                                              \
    }
MAKER(make_list, malloc(size))
MAKER(make_tree, malloc(size))
MAKER(read_names, calloc(size, 1))
MAKER(grow_table, realloc(malloc(size / 2), size))
MAKER(open_window, aligned_alloc(16, size))

static uint8_t *(*const makers[])(size_t) = {make_list, make_tree, read_names, grow_table,
                                             open_window};

#define DROPPER(name)                                                                              \
    NOINLINE static void name(void *block)                                                         \
    {                                                                                              \
        free(block);                                                                               \
        report("freed\n");                                                                         \
    }
DROPPER(drop)
DROPPER(clean_up)
DROPPER(close_window)

static void (*const droppers[])(void *) = {drop, clean_up, close_window};

/* Where the misuse itself happens. */
NOINLINE static void put(volatile uint8_t *at, uint8_t value)
{
    *at = value;
}

NOINLINE static uint8_t get(volatile uint8_t *at)
{
    return *at;
}

int main(int argc, char **argv)
{
    if (argc < 6) {
        printf("usage: heap_misuse KIND MAKER DROPPER SIZE OFFSET\n"
               "write, read:              the byte OFFSET from a block's start\n"
               "write-freed, read-freed:  the same, when it is free\n"
               "write-and-free:           write, and then free the block\n"
               "smear-and-free:           the same; and the byte farther out, and if OFFSET is a\n"
               "                          number above 0 the one before the block, with B and C\n"
               "free-twice, free-inside:  free it again; free what is OFFSET bytes into it\n"
               "nothing:                  what is allowed: every byte, and free\n"
               "MAKER is 0 to 4, DROPPER 0 to 2: which function allocates, and which frees\n");
        return 2;
    }
    const char *kind = argv[1];
    unsigned maker = strtoul(argv[2], NULL, 0) % (sizeof makers / sizeof makers[0]);
    unsigned dropper = strtoul(argv[3], NULL, 0) % (sizeof droppers / sizeof droppers[0]);
    size_t size = strtoul(argv[4], NULL, 0);
    long offset = strtol(argv[5], NULL, 0);

    uint8_t *before = make_list(100), *block = makers[maker](size), *behind = make_tree(100);
    memset(block, 'x', size);

    if (strcmp(kind, "write") == 0) {
        put(block + offset, 'A');
    } else if (strcmp(kind, "read") == 0) {
        get(block + offset);
    } else if (strcmp(kind, "write-and-free") == 0) {
        put(block + offset, 'A');
        droppers[dropper](block);
    } else if (strcmp(kind, "smear-and-free") == 0) {
        put(block + offset, 'A');
        put(block + offset + (offset < 0 ? -1 : 1), 'B');
        if (offset > 0)
            put(block - 1, 'C');
        droppers[dropper](block);
    } else if (strcmp(kind, "free-inside") == 0) {
        droppers[dropper](block + offset);
    } else {
        droppers[dropper](block);
        if (strcmp(kind, "write-freed") == 0)
            put(block + offset, 'A');
        else if (strcmp(kind, "read-freed") == 0)
            get(block + offset);
        else if (strcmp(kind, "free-twice") == 0)
            droppers[(dropper + 1) % 3](block);
    }
    droppers[0](before);
    droppers[0](behind);
    printf("not noticed\n");
    app_end(argc, argv);
    return 0;
}
