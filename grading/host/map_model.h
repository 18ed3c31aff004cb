/* What a map of memory must look like after a number of claims. */
#pragma once

#include <stdbool.h>

#include "boot_info.h"

struct map_model {
    unsigned count;
    struct map_piece {
        uint64_t first, end; /* page numbers; never the last page of the address space */
        unsigned type;
    } pieces[2 * BOOT_REGIONS_MAX];
};

/*
 * Lays a claim of `size` bytes at `base` over the map. Returns whether the map then has no more
 * than BOOT_REGIONS_MAX pieces; where it would have more, it stays as it is.
 */
bool map_claim(struct map_model *map, paddr_t base, uint64_t size, unsigned type);

/* Ends the test unless the list in `info` is that of the model. */
void map_compare(const struct map_model *map, const struct boot_info *info);
