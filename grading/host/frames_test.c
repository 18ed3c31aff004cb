/* mm/frames.c: a small machine by hand, memory full of lures, any steps. */
#include "mm/frames.h"

#include <string.h>

#include "test.h"

/* Fills an input for frames_judge.c: one free region, then steps. */
static void one_region(uint8_t *input, uint8_t garbage, uint8_t first, uint8_t count)
{
    input[0] = garbage;
    input[1] = 0;
    input[2] = 1; /* free */
    input[3] = first;
    input[4] = count - 1;
}

/* Every region of 3 to 200 frames that starts in the first 63, in memory full of blocks. */
static void every_edge(void)
{
    for (unsigned first = 0; first < 64; first++)
        for (unsigned count = 3; count <= 200; count += 1 + random_below(12)) {
            uint8_t input[5 + 3 * 40];
            one_region(input, random_below(19), first, count);
            for (size_t i = 5; i < sizeof input; i += 3) {
                input[i] = random_chance(60) ? 0 : 1; /* alloc, free */
                input[i + 1] = random_chance(80) ? 0 : random_below(5);
                input[i + 2] = 0;
            }
            judge(frames_judge, input, sizeof input);
        }
}

/* All memory is taken in single frames, which are given back from either end. */
static void all_taken(void)
{
    for (unsigned round = 0; round < 40; round++) {
        uint8_t input[5 + 3 * 300];
        unsigned count = 20 + random_below(100);
        one_region(input, 64, random_below(64), count);
        memset(input + 5, 0, sizeof input - 5);
        for (unsigned i = count + 3; i < 300; i++) {
            input[5 + 3 * i] = 1; /* free */
            input[6 + 3 * i] = round % 2 ? 0 : random_bits();
        }
        judge(frames_judge, input, sizeof input);
    }
}

/* Steps of every kind. */
static void random_steps(void)
{
    for (unsigned round = 0; round < 1500; round++) {
        uint8_t input[2 + 3 * 8 + 3 * 300];
        size_t size = 40 + random_below(sizeof input - 40);
        for (size_t i = 0; i < size; i++)
            input[i] = random_bits();
        if (random_chance(70))
            input[0] |= 64; /* no garbage: wrong frees, too */
        for (size_t i = 26; i + 3 <= size; i += 3)
            if (random_chance(70))
                input[i + 1] %= 6; /* small blocks, the oldest ones */
        judge(frames_judge, input, size);
    }
}

const struct test frames_tests[] = {
    {"frames/every_edge", every_edge},
    {"frames/all_taken", all_taken},
    {"frames/random_steps", random_steps},
    {0},
};
