/* Threads that look whether an interrupt has changed anything: `interrupted THREADS ROUNDS SEED`. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"

#define THREADS_MAX 16

/*
 * Puts a number made from `seed` into every general register, into the flags, and into each word of
 * the red zone below its stack pointer; counts `rounds` down; then looks whether all is as it was.
 * Returns 0, or which is not: see interrupted_loop.asm.
 */
uint64_t interrupted_loop(uint64_t seed, uint64_t rounds);

static uint64_t rounds, seed;

static void *look(void *argument)
{
    uint64_t own = seed * ((uint64_t)argument + 1);

    for (int i = 0; i < 4; i++, own = own * 0x5851f42d4c957f2d + 1) {
        uint64_t changed = interrupted_loop(own, rounds);
        if (changed) {
            report("# changed %lu\n", changed);
            exit(1);
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS_MAX];
    uint64_t count = argc == 4 ? strtoul(argv[1], NULL, 0) : 0;

    if (count < 1 || count > THREADS_MAX) {
        printf("usage: interrupted THREADS ROUNDS SEED\n");
        return 2;
    }
    rounds = strtoul(argv[2], NULL, 0);
    seed = strtoul(argv[3], NULL, 0);
    for (uint64_t i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, look, (void *)i))
            return 1;
    for (uint64_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
