/*
 * The debugging heap: each block on pages of its own, which nobody gets again.
 *
 *   | absent | fill ... | block | slack | absent |        one or more pages between two absent ones
 *
 * A block ends where its pages end, but for the slack, which makes its start a multiple of 16 (or
 * of the alignment asked for). So what reads or writes past the pages is a page fault at that very
 * instruction. Fill and slack hold HEAP_DEBUG_FILL, and free looks whether they still do. It also
 * unmaps the pages, for good: who uses the block later is a page fault, too.
 *
 * A record a block, which stays for ever (32 bytes), knows who asked for it and who freed it. Its
 * words for a block are:
 *   40-byte block allocated in `make_list+0x1f`
 *   40-byte block allocated in `make_list+0x1f`, freed in `drop+0x12`
 * with the places where malloc and free return to.
 *
 * `make run HEAP=debug` links this file into the image and passes --wrap=malloc and so on to the
 * linker: each call of malloc from another file goes to __wrap_malloc here. A fresh block is full
 * of HEAP_DEBUG_FRESH. Besides the words of mm/slab.h, free and realloc panic with
 *   "free: 0x… is free already: " the block's words
 *   "free: 0x… is no block of the heap: 8 bytes into the " the block's words
 *   "free: the " the block's words " was overrun: the byte 3 past its end is 0x41"
 *   "free: the " the block's words " was underrun: the byte 3 before its start is 0x41"
 * of which the byte nearest to the block counts, and an overrun before an underrun. Here and in
 * heap_debug_explain, the first byte past the end is 1 past it, and the last one before the start 1
 * before it.
 *
 * Locking: as mm/heap.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "types.h"

#define HEAP_DEBUG_FILL  0xfd
#define HEAP_DEBUG_FRESH 0xa5

/*
 * Says what is wrong with using `address`, where nothing is mapped, in the block's words and
 *   ": 8 bytes past its end" or ": 8 bytes before its start"     the nearest block, not freed
 *   ": use after free, 8 bytes past its start"                   (or either of the above)
 * Returns whether it belongs to a block or lies beside one; `text` is a string, cut at `size`
 * bytes. In an image without this file: false. May be called from the page-fault handler.
 */
bool heap_debug_explain(vaddr_t address, char *text, size_t size);
