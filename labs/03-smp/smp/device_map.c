/* Addresses for devices are handed out one after the other, and never taken back. */
#include "smp/device_map.h"

#include <stddef.h>

#include "mm/address_space.h"
#include "mm/layout.h"

static vaddr_t next = DEVICE_AREA;

volatile void *device_map(paddr_t address, uint64_t size, page_flags_t flags)
{
    uint64_t offset = address % PAGE_SIZE;
    uint64_t bytes = (offset + size + PAGE_SIZE - 1) & -(uint64_t)PAGE_SIZE;

    if (size == 0 || bytes < size || bytes > DEVICE_AREA_END - next)
        return NULL;
    if (page_map(&kernel_tables, next, address - offset, bytes, flags | PAGE_GLOBAL))
        return NULL;
    vaddr_t place = next + offset;
    next += bytes + PAGE_SIZE; /* an absent page behind each */
    return (volatile void *)place;
}
