/*
 * How an application shows that it has come to its own end, and was not ended on the way: its last
 * statement sets a number which only this file can name, and the grader reads it at machine_exit.
 */
#pragma once

#include <stdint.h>

static volatile uint64_t app_ended; /* of all arguments (FNV-1a), once the end is reached */

static inline void app_end(int argc, char **argv)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (int i = 1; i < argc; i++) {
        for (const char *c = argv[i]; *c; c++)
            hash = (hash ^ (uint8_t)*c) * 0x100000001b3;
        hash = (hash ^ ' ') * 0x100000001b3;
    }
    app_ended = hash;
}
