/*
 * Per-CPU caches: a stock of free objects and frames on each processor, so that most calls of
 * malloc, free, frame_alloc and frame_free take no lock and share nothing with other CPUs.
 *
 * They stand before slabs (the linker turns slab_alloc and slab_free to mm/caches.c) and frames
 * (mm/frames.h; mm/locks.c calls stock_take_frame and stock_give_frame), for which all in a stock is in
 * use. A stock that is empty is filled with a batch under one lock; one that is too full gives a
 * batch back. Objects are linked as in a slab, by their `next`, and bear its mark SLAB_FREE;
 * frames are linked by their notes, and their `unused` is FRAME_STOCKED.
 *
 * A thread that uses its CPU's objects must stay on that CPU and be alone there, so preemption is
 * off meanwhile. Frames are used by the page-fault handler, too, so interrupts are off.
 *
 * They are used while smp_active; one CPU alone needs no lock, and no cache.
 */
#pragma once

#include <stdbool.h>

#include "mm/slab.h"
#include "types.h"

#define FRAME_STOCKED 1 /* frame->unused */
#define STOCK_FRAMES  32

/* Makes the caches of all CPUs. Called once, before smp_active. Panics where memory is short. */
void caches_init(void);

/* Panics, in the name of `caller`, if this object is in some stock: it is free, then. */
void stock_check_object(const struct slab *slab, const void *object, const char *caller);

/* A frame, as frame_alloc(0); 0: there is none in stock, and none to be had. */
paddr_t stock_take_frame(void) __attribute__((warn_unused_result));

/* Takes a frame, as frame_free(frame, 0), with its words; false: the caller keeps it. */
bool stock_give_frame(paddr_t frame);

/*
 * Gives all that is in stock back. The stocks of other CPUs are emptied too, but for one that is in
 * use at this moment; and only where interrupts are on.
 */
void caches_drain(void);
