/* Names for addresses of code, from a table that the build makes of a first link of the image. */
#include "kernel/symbols.h"

#include <stddef.h>

/* Ascending by address; the last entry is the end of the code (common/mk/symbols.awk). */
struct symbol {
    uint32_t offset; /* of the function from image_start */
    uint32_t name;   /* of its C string from symbol_names */
};

extern const char image_start[], image_text_end[]; /* image.ld */
extern const struct symbol symbol_table[];
extern const uint32_t symbol_count;
extern const char symbol_names[];

const char *symbol_at(uint64_t address, uint64_t *offset)
{
    if (address < (uint64_t)image_start || address >= (uint64_t)image_text_end || symbol_count == 0)
        return NULL;

    uint32_t wanted = address - (uint64_t)image_start;
    uint32_t low = 0, high = symbol_count; /* the last symbol not above it is in [low, high) */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (symbol_table[middle].offset <= wanted)
            low = middle;
        else
            high = middle;
    }
    if (symbol_table[low].offset > wanted)
        return NULL;
    *offset = wanted - symbol_table[low].offset;
    return &symbol_names[symbol_table[low].name];
}
