/* Writes small inputs of lab 02's subjects for the fuzzer to start from: seeds FOLDER */
#include <stdio.h>
#include <string.h>

#include "seeds.h"

/* As frames_judge.c reads them: what memory holds, regions, steps. */
static void keep_frames(void)
{
    static const uint8_t one_region[] = {
        64, 0,  1, 13, 80,                       /* clear memory, one region */
        0,  0,  0, 0,  3,  0, 2, 21, 0, 2, 5, 0, /* blocks and runs are taken */
        3,  3,  9, 1,  0,  0, 1, 1,  0, 4, 0, 0, /* and given back */
        5,  14, 8, 6,  20, 3, 0, 30, 0,          /* wrong frees, an order that does not exist */
    };
    static const uint8_t two_regions[] = {
        2, 1, 1, 3, 60, 2, 40, 33, /* memory full of free blocks of order 2 */
        0, 0, 0, 0, 0,  0, 0,  1,  0, 0, 2, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0,
    };
    keep("frames", "one-region", one_region, sizeof one_region);
    keep("frames", "two-regions", two_regions, sizeof two_regions);
}

/* As region_tree_judge.c reads them: steps of what to do, a page, a size. */
static void keep_region_tree(void)
{
    static const uint8_t rising[] = {
        0, 10, 0, 0, 20, 1, 0, 30, 2, 0, 40, 3, 0, 50, 4, 0, 60, 5, /* inserted */
        4, 11, 1, 3, 21, 3, 3, 30, 2, 3, 42, 0, 3, 50, 1,           /* looked up and resized */
        2, 30, 0, 2, 10, 0, 2, 60, 0, 2, 20, 0, 2, 40, 0, 2, 50, 0, /* removed */
    };
    keep("region_tree", "rising", rising, sizeof rising);
}

/* As heap_judge.c reads them: memory's size, steps of what to do, a slot, a size. */
static void keep_heap(void)
{
    static const uint8_t small[] = {
        20, 0, 0, 40, 0, 0, 1, 41, 0, 2, 2, 200, 1, 3, 3, 6, 0, 4, 0, 60, 1, /* taken */
        1,  1, 0, 0,  5, 0, 0, 0,  1, 0, 0, 0,   6, 9, 7, 3, 0,              /* freed */
    };
    static const uint8_t large[] = {
        60,   0x80, 0,  0,  80, 0x80, 1, 0, 17, 4, 0, 1,  0, /* runs, one becomes small */
        0x83, 2,    18, 64, 1,  1,    0, 0, 6,  0, 0, 16,
    };
    keep("heap", "small", small, sizeof small);
    keep("heap", "large", large, sizeof large);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    folder = argv[1];
    keep_frames();
    keep_region_tree();
    keep_heap();
    return 0;
}
