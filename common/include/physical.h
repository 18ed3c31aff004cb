/*
 * Reading physical memory while the low 4 GiB are mapped one to one (the loader's world).
 *
 * On the host, where the parsers are tested and fuzzed, one block of memory plays the machine's.
 */
#pragma once

#include <stddef.h>
#include <stdbool.h>

#include "types.h"

#ifdef HOST_TEST
extern uint8_t *host_memory; /* plays physical addresses host_memory_base and up */
extern paddr_t host_memory_base;
extern uint64_t host_memory_size;
#else
#define PHYSICAL_READABLE_END (4ull << 30)
#endif

/* Whether all `size` bytes at `address` can be read: page 0 and what lies above 4 GiB cannot. */
static inline bool physical_readable(paddr_t address, uint64_t size)
{
#ifdef HOST_TEST
    return address >= host_memory_base && address - host_memory_base <= host_memory_size &&
           size <= host_memory_size - (address - host_memory_base);
#else
    return address >= PAGE_SIZE && address <= PHYSICAL_READABLE_END &&
           size <= PHYSICAL_READABLE_END - address;
#endif
}

/* `size` bytes of physical memory, or NULL where they cannot all be read. */
static inline void *physical(paddr_t address, uint64_t size)
{
    if (!physical_readable(address, size))
        return NULL;
#ifdef HOST_TEST
    return host_memory + (address - host_memory_base);
#else
    return (void *)address;
#endif
}
