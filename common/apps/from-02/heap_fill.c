/* Takes blocks until there is no memory, frees all, and does it again: `heap_fill SIZE [ROUNDS]`. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"

struct block {
    struct block *next;
    uint64_t number;
};

int main(int argc, char **argv)
{
    size_t size = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
    unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 0) : 2;

    if (size < sizeof(struct block)) {
        printf("usage: heap_fill SIZE [ROUNDS], with a SIZE of at least 16\n");
        return 2;
    }
    for (; rounds > 0; rounds--) {
        struct block *first = NULL;
        uint64_t count = 0;

        errno = 0;
        for (struct block *block; (block = malloc(size)) != NULL; count++) {
            *block = (struct block){first, count};
            first = block;
        }
        report("full: %lu blocks, errno %d\n", (unsigned long)count, errno);
        while (first) {
            struct block *next = first->next;
            if (first->number != --count) {
                report("wrong: block %lu holds %lu\n", (unsigned long)count,
                       (unsigned long)first->number);
                return 1;
            }
            free(first);
            first = next;
        }
    }
    return 0;
}
