/*
 * The direct map: physical memory as the kernel reads and writes it.
 *
 * It holds RAM only, and never a device. From the first line of mm_init on it works for addresses
 * below 4 GiB; after address_space_init for all RAM.
 *
 * On the host, where allocators are tested and fuzzed, one block of memory plays the machine's.
 */
#pragma once

#include "mm/layout.h"

#ifdef HOST_TEST
extern uint8_t *host_memory; /* plays physical addresses host_memory_base and up */
extern paddr_t host_memory_base;
#endif

/* The memory at a physical address. */
static inline void *direct(paddr_t address)
{
#ifdef HOST_TEST
    return host_memory + (address - host_memory_base);
#else
    return (void *)(DIRECT_MAP + address);
#endif
}

/* The physical address of memory that `pointer` reaches through the direct map. */
static inline paddr_t direct_address(const void *pointer)
{
#ifdef HOST_TEST
    return (paddr_t)((const uint8_t *)pointer - host_memory) + host_memory_base;
#else
    return (vaddr_t)pointer - DIRECT_MAP;
#endif
}
