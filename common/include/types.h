/* Integers with a unit: addresses that must not be mixed up, and time. */
#pragma once

#include <stdint.h>

typedef uint64_t paddr_t; /* physical address, in bytes; never to be dereferenced as it is */
typedef uint64_t vaddr_t; /* virtual address, in bytes */

#define PAGE_SIZE 4096u
