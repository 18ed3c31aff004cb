/* The debugging heap (HEAP=debug): what it knows of an address in DEBUG_AREA. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "types.h"

/*
 * Says in at most `size` bytes which block an access to `address` has missed, for a fault report:
 *
 *   40-byte block allocated in `make_list+0x1f`: 8 bytes past its end
 *
 * Returns false, with nothing written, where no block is near, and in an image without this heap.
 * Takes no memory and no lock.
 */
bool heap_debug_explain(vaddr_t address, char *text, size_t size);
