/*
 * Size classes: the few sizes that small blocks come in.
 *
 * 16, 32, 48, 64, and from there on four a doubling (80, 96, 112, 128, 160, …), so that rounding up
 * to a class wastes less than a fifth of a block, and of tiny ones at most 15 bytes.
 *
 * The class of a size that is a multiple of 2^n is a multiple of 2^n, too: either classes lie 2^n or
 * more apart there, or the size is 1, 2 or 3 * 2^n, which is a class itself. aligned_alloc builds on
 * that.
 */
#pragma once

#include <stddef.h>

#define SIZE_CLASS_STEP 16 /* every class is a multiple of it */
#define SIZE_CLASSES    44
#define SIZE_CLASS_MAX  (64 * 1024ul) /* the largest class; larger blocks are runs of pages */

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
