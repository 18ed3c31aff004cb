/* Takes blocks until there is no memory, frees all, and does it again: `heap_fill SIZE`. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "ended.h"

struct block {
    struct block *next;
    uint64_t number;
};

#define ROUNDS 2

/* What became of each round; the grader reads it. */
static volatile struct {
    uint64_t blocks; /* that there was memory for */
    int64_t error;   /* errno behind them */
    int64_t wrong;   /* the number of a block that had changed, or -1 */
} fill_rounds[ROUNDS];

int main(int argc, char **argv)
{
    size_t size = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;

    if (size < sizeof(struct block)) {
        printf("usage: heap_fill SIZE, with a SIZE of at least 16\n");
        return 2;
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct block *first = NULL;
        uint64_t count = 0;

        errno = 0;
        for (struct block *block; (block = malloc(size)) != NULL; count++) {
            *block = (struct block){first, count};
            first = block;
        }
        fill_rounds[round].blocks = count;
        fill_rounds[round].error = errno;
        fill_rounds[round].wrong = -1;
        printf("%lu blocks, errno %d\n", (unsigned long)count, errno);
        while (first) {
            struct block *next = first->next;
            if (first->number != --count) {
                fill_rounds[round].wrong = count;
                printf("block %lu holds %lu\n", (unsigned long)count, (unsigned long)first->number);
                return 1;
            }
            free(first);
            first = next;
        }
    }
    app_end(argc, argv);
    return 0;
}
