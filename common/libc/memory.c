/* Blocks of bytes, handled eight at a time: under emulation "rep movsb" costs a step per byte. */
#include <stdint.h>
#include <string.h>

/* gcc would see that these loops copy and fill, and make them call memcpy and memset: endlessly. */
#ifndef __clang__
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

/* Eight bytes at any address, whatever type they were written as: x86 needs no alignment. */
typedef uint64_t __attribute__((may_alias, aligned(1))) word_t;

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    unsigned char *target = to;
    const unsigned char *source = from;

    for (; count >= sizeof(word_t); count -= sizeof(word_t)) {
        *(word_t *)target = *(const word_t *)source;
        target += sizeof(word_t);
        source += sizeof(word_t);
    }
    for (; count > 0; count--)
        *target++ = *source++;
    return to;
}

/*
 * Where the blocks overlap, each byte must be read before it is written: upwards when the target
 * lies below its source, downwards when above. A word is read whole before it is written, so that
 * the rule holds even for blocks that lie less than a word apart.
 */
void *memmove(void *to, const void *from, size_t count)
{
    unsigned char *target = to;
    const unsigned char *source = from;

    if ((uintptr_t)target - (uintptr_t)source >= count) { /* also when it wraps: target < source */
        for (; count >= sizeof(word_t); count -= sizeof(word_t)) {
            *(word_t *)target = *(const word_t *)source;
            target += sizeof(word_t);
            source += sizeof(word_t);
        }
        for (; count > 0; count--)
            *target++ = *source++;
    } else {
        for (; count >= sizeof(word_t); count -= sizeof(word_t))
            *(word_t *)(target + count - sizeof(word_t)) =
                *(const word_t *)(source + count - sizeof(word_t));
        for (; count > 0; count--)
            target[count - 1] = source[count - 1];
    }
    return to;
}

void *memset(void *to, int byte, size_t count)
{
    unsigned char *target = to;
    word_t word = (unsigned char)byte * UINT64_C(0x0101010101010101);

    for (; count >= sizeof(word_t); count -= sizeof(word_t)) {
        *(word_t *)target = word;
        target += sizeof(word_t);
    }
    for (; count > 0; count--)
        *target++ = (unsigned char)byte;
    return to;
}

int memcmp(const void *left, const void *right, size_t count)
{
    const unsigned char *a = left, *b = right;

    /* Skip words while they are equal; the bytes below find which of the next ones differs. */
    for (; count >= sizeof(word_t) && *(const word_t *)a == *(const word_t *)b;
         count -= sizeof(word_t)) {
        a += sizeof(word_t);
        b += sizeof(word_t);
    }
    for (; count > 0; count--, a++, b++)
        if (*a != *b)
            return *a - *b;
    return 0;
}

void *memchr(const void *bytes, int byte, size_t count)
{
    for (const unsigned char *at = bytes; count > 0; count--, at++)
        if (*at == (unsigned char)byte)
            return (void *)at;
    return NULL;
}
