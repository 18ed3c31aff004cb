/*
 * The heap: malloc and its kin, as stdlib.h declares them.
 *
 * Blocks of up to SIZE_CLASS_MAX bytes are objects of slabs (mm/slab.h); larger ones are runs of
 * frames (mm/frames.h), whose first frame's note holds their number. All are reached through the
 * direct map, and so no page table changes. All are 16-byte aligned, runs page-aligned.
 *
 * Beyond what stdlib.h says: free and realloc panic, with nothing changed, where the pointer can
 * not be right, in the words of mm/slab.h. Before an allocation fails, spare slabs are given back
 * and it is tried again.
 *
 * With HEAP=debug the linker puts mm/heap_debug.c in its place.
 *
 * Locking: none yet; lab 03 puts it behind these functions. Not to be called from an interrupt.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "types.h"

/* The note of a run's first frame. */
#define RUN_NOTE          0xb1000000u
#define run_note(pages)   (RUN_NOTE | (uint32_t)(pages))
#define note_is_run(note) (((note)&0xff000000u) == RUN_NOTE)
#define run_pages(note)   ((note)&0xffffffu)

extern uint64_t heap_runs;      /* large blocks in use */
extern uint64_t heap_run_pages; /* and their pages */

/* Gives all memory that no block needs back to the frames. Returns the number of frames. */
uint64_t heap_trim(void);
