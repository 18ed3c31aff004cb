/*
 * Size classes: the few sizes that small blocks come in.
 *
 * 16, 32, 48, 64, and from there on four a doubling (80, 96, 112, 128, 160, …), so that rounding up
 * to a class wastes at most a fifth of a block, and of tiny ones at most 15 bytes.
 *
 * Every multiple q * 2^n of a power of two that is a class, or lies between two classes, is rounded
 * up to a class that is a multiple of 2^n too; aligned_alloc builds on that.
 */
#pragma once

#include <stddef.h>

#define SIZE_CLASSES    40
#define SIZE_CLASS_STEP 16            /* every class is a multiple of it */
#define SIZE_CLASS_MAX  (32 * 1024ul) /* the largest class; larger blocks are runs of pages */

/* The number of the smallest class that holds `size` bytes, 1 to SIZE_CLASS_MAX. */
static inline unsigned size_class(size_t size)
{
    size_t last = size - 1;
    unsigned high = 63 - __builtin_clzl(last | 64); /* the highest bit; below 64 as in 64 to 127 */

    return 4 * (high - 6) + (last >> (high - 2)); /* the two bits below it choose one of four */
}

/* The size of a class, 0 to SIZE_CLASSES - 1. */
static inline size_t size_class_bytes(unsigned number)
{
    return number < 4 ? (number + 1) * 16ul : (number % 4 + 5ul) << (number / 4 + 3);
}
