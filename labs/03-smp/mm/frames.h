/*
 * The frame allocator: who owns which page of physical memory.
 *
 * A buddy system. A block of order k is 2^k frames (4 KiB each) at a multiple of its own size; two
 * blocks of order k that together are one of order k + 1 are buddies. Every free block stands in
 * the list of its order, and no two free buddies stand side by side: they are merged.
 *
 * What is known of a frame stands in a table with one entry a frame (struct frame), and not in the
 * frame itself: a free frame is never written. `state` and `order` mean something only where a
 * frame heads a block, free or used. Set-up leaves all other entries as the memory was, so that a
 * machine of 64 GiB starts as fast as a small one; a merge never needs them. Only a wrong free can
 * meet such an entry, and by a very small chance take it for a block.
 *
 * Locking: none yet; lab 03 puts it behind these functions. Not to be called from an interrupt,
 * but from the page-fault handler. It may come wherever a stack grows, which therefore must not be
 * in the middle of one of these functions: each begins with stack_room (mm/stack_room.h).
 *
 * Source: Knuth, The Art of Computer Programming, vol. 1, §2.5 (the buddy system).
 */
#pragma once

#include <stdint.h>

#include "boot_info.h"
#include "types.h"

#define FRAME_ORDERS 19 /* orders 0 (4 KiB) to 18 (1 GiB) */

/* An entry of the table. Frames are named by number: physical address / PAGE_SIZE. */
struct frame {
    union {
        uint32_t next; /* free: the next block in the list of this order, 0 at its end */
        uint32_t note; /* used: whatever the owner wants to remember, of each frame of the block */
    };
    uint32_t previous; /* free: the block before it in the list, 0 at its start */
    uint16_t state;    /* FRAME_FREE or FRAME_USED: it heads such a block; all else: it does not */
    uint8_t order;     /* of the block that it heads */
    uint8_t unused;
};

/* Unlikely numbers, so that what memory held before set-up is not taken for an entry. */
#define FRAME_FREE 0xf4ee
#define FRAME_USED 0x05ed

extern struct frame *frame_table;
extern uint32_t frame_table_count;         /* entries: frame numbers 0 to frame_table_count - 1 */
extern uint32_t frame_lists[FRAME_ORDERS]; /* the first free block of each order, or 0 */
extern uint64_t frames_total;              /* all that frames_add got */
extern uint64_t frames_free;               /* of these, how many are free now */

/*
 * Takes memory for the table out of the free regions of `info`, below 4 GiB, and hands all other
 * free memory below 4 GiB to frames_add. Called once. Panics where no memory for the table is.
 */
void frames_init(const struct boot_info *info);

/* Hands in the free memory above 4 GiB, once the direct map reaches it. Called once. */
void frames_init_high(const struct boot_info *info);

/*
 * Hands `count` frames from number `first` on to the allocator: they are free from now on. They
 * were not handed in before, lie in the table, and frame 0 is not among them; no free frame stands
 * next to them, but across a multiple of 1 GiB, for nothing is merged here. Makes the largest blocks
 * there are, counts them in frames_free (list_push does) and `count` in frames_total, and touches
 * no entries but of those that head a block, and of their neighbours in a list.
 */
void frames_add(uint32_t first, uint32_t count);

/*
 * Takes a block of 2^order frames, out of the smallest free block that is large enough. The
 * contents are undefined, and the first frame's note is 0.
 *
 * Returns its physical address, a multiple of its size, or 0: no block of this size is free, or
 * `order` is not below FRAME_ORDERS.
 */
paddr_t frame_alloc(unsigned order) __attribute__((warn_unused_result));

/*
 * Gives back a block of frame_alloc, with the same order; merges it with its buddy while that is
 * free. Panics, with the address as it was given (`%#lx`, which prints 0 as "0") and nothing
 * changed, where this can not be right, in the words of the first of these that is true:
 *   "frame_free: 0x… heads no block"             never handed in, inside of some block, no frame's
 *                                                address (0 is none), or no memory
 *   "frame_free: 0x… is free already"            it heads a free block, of whatever order
 *   "frame_free: 0x… is of order N, not M"       it was taken with another order
 */
void frame_free(paddr_t address, unsigned order);

/*
 * Takes `count` contiguous frames, for DMA and large blocks. Of the block of the next order up, the
 * frames behind the first `count` stay free. The first frame's note is 0.
 *
 * Returns their physical address, a multiple of the smallest power of two that holds them, or 0:
 * no such block is free, `count` is 0, or more than 2^18.
 */
paddr_t frames_alloc_run(uint64_t count) __attribute__((warn_unused_result));

/*
 * Gives back all but the first `kept` of the `count` frames of a run, which is one of `kept` frames
 * then, with the note of its first frame. A block of frame_alloc is a run of 2^order frames.
 * Panics as frame_free does, with nothing changed, where at the address there is no run of `count`
 * frames.
 */
void frames_shrink_run(paddr_t address, uint64_t count, uint64_t kept);

/* Gives back all `count` frames of a run. */
void frames_free_run(paddr_t address, uint64_t count);

/*
 * Makes a used block 2^order used blocks of one frame each, whose notes are 0, so that its parts can
 * be given back. Panics as frame_free does.
 */
void frames_split(paddr_t address, unsigned order);

/* What the owner of a used frame remembers about it. */
static inline uint32_t *frame_note(paddr_t address)
{
    return &frame_table[address / PAGE_SIZE].note;
}
