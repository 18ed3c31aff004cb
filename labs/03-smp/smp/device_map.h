/*
 * Physical memory that is no RAM, as the kernel reaches it: registers of devices, and tables that
 * the firmware left. The direct map does not hold these.
 */
#pragma once

#include "mm/page_tables.h"
#include "types.h"

/*
 * Maps `size` bytes at physical `address` (of any alignment) somewhere in DEVICE_AREA, for good;
 * flags as in page_map: PAGE_W | PAGE_UNCACHED for a device's registers, 0 for tables.
 *
 * Returns where they are, or NULL: no memory for tables, or no addresses left.
 */
volatile void *device_map(paddr_t address, uint64_t size, page_flags_t flags)
    __attribute__((warn_unused_result));
