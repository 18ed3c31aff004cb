/*
 * The map of physical memory while it is being made: struct boot_info's list of regions
 * (common/include/boot_info.h says what holds for it).
 */
#pragma once

#include "boot_info.h"

/*
 * Claims `size` bytes at `base` for `type`. Where the claim overlaps others, the higher type
 * number wins; the rest of each region stays as it was. What is not free grows to whole pages,
 * what is free shrinks to them. A claim of 0 bytes, and a free one that holds no whole page, change
 * nothing. `base` + `size` may lie past 2^64. The last page below 2^64 never becomes part of a
 * region, so that no region's end is 2^64: a claim is cut off in front of it.
 *
 * Returns 0, or -ENOSPC where the new map would have more than BOOT_REGIONS_MAX regions: then
 * `info` is unchanged.
 */
int region_claim(struct boot_info *info, paddr_t base, uint64_t size, enum boot_region_type type)
    __attribute__((warn_unused_result));

/*
 * Finds `size` bytes (rounded up to pages) of free memory between 1 MiB and 4 GiB, the lowest
 * there are, and claims them for `type`, which is not BOOT_FREE. The bytes are not cleared.
 *
 * Returns their address, or 0 where `size` is 0, there is no such piece, or the list is full.
 */
paddr_t region_take(struct boot_info *info, uint64_t size, enum boot_region_type type)
    __attribute__((warn_unused_result));
