/*
 * The map of physical memory while it is being made: struct boot_info's list of regions
 * (common/include/boot_info.h says what holds for it).
 */
#pragma once

#include "boot_info.h"

/*
 * Claims `size` bytes at `base` for `type`. Where the claim overlaps others, the higher type
 * number wins; the rest of each region stays as it was. What is not free grows to whole pages,
 * what is free shrinks to them. A claim that is empty then changes nothing, and one that would
 * pass 2^64 ends there.
 *
 * Returns 0, or -ENOSPC where the list is full: then the map is unchanged.
 */
int region_claim(struct boot_info *info, paddr_t base, uint64_t size, enum boot_region_type type)
    __attribute__((warn_unused_result));

/*
 * Finds `size` bytes (rounded up to pages) of free memory between 1 MiB and 4 GiB, the lowest
 * there are, and claims them for `type`. The bytes are not cleared.
 *
 * Returns their address, or 0 where there is no such piece.
 */
paddr_t region_take(struct boot_info *info, uint64_t size, enum boot_region_type type)
    __attribute__((warn_unused_result));
