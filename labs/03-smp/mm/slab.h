/*
 * Slabs: many objects of one size class in one block of frames.
 *
 *   slab                                                                slab + slab_bytes
 *   | struct slab | unused | object | object | object | ... | object | object |
 *
 * A slab is as large as its alignment, so that an object's address, rounded down, is its slab's.
 * Objects are packed against the end: an object is aligned to the largest power of two that divides
 * its size, and none of them is page-aligned at the slab's start.
 *
 * A free object holds the link to the next one of its slab. A class keeps its slabs that have free
 * objects in a list; slabs without are in none. A slab whose objects are all free, an empty one,
 * goes back to the frames, apart from one in each class: a program that frees and allocates in
 * turns would make slabs all the time.
 *
 * The notes (mm/frames.h) of all frames of a slab say that they are a slab's, and of which order;
 * so one load leads from any address to its slab.
 *
 * Locking: none yet; lab 03 puts per-CPU caches before it and locks behind these functions. Not to
 * be called from an interrupt.
 *
 * Source: Bonwick, The Slab Allocator, USENIX Summer 1994.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mm/size_classes.h"
#include "types.h"

/* What stands in a free object. */
struct slab_object {
    struct slab_object *next; /* the next free object of the slab, or NULL */
    uint64_t mark;            /* SLAB_FREE: very likely free; a program may store the same number */
};
#define SLAB_FREE 0xf4eeb10cf4eeb10cul

/* At the start of a slab. */
struct slab {
    struct slab_cache *cache;     /* of its class */
    struct slab *next, *previous; /* in the cache's list, NULL at the ends */
    struct slab_object *free;     /* the first free object; NULL: it is full, and in no list */
    uint32_t used;                /* objects that are not free */
    uint32_t objects;             /* all of them */
    uint32_t size;                /* of an object, in bytes */
    uint32_t order;               /* of its block of frames */
};

/* What belongs to one class. */
struct slab_cache {
    struct slab *partial; /* the list of slabs with free objects */
    uint32_t empty;       /* how many of them have no others: 0 or 1 */
    uint32_t slabs;       /* all of them, also those that are full */
};

extern struct slab_cache slab_caches[SIZE_CLASSES];

/*
 * The note of a slab's frames. Of a frame that is no slab's, the entry may say so by chance: then
 * no used block of that order has its head there, with the same note.
 */
#define SLAB_NOTE             0x51ab0000u
#define slab_note(order)      (SLAB_NOTE | (order))
#define note_is_slab(note)    (((note)&0xffffff00u) == SLAB_NOTE)
#define slab_note_order(note) ((note)&0xffu)

static inline uint64_t slab_bytes(unsigned order)
{
    return (uint64_t)PAGE_SIZE << order;
}

/* The slab that holds an address, by the note of the address' frame. */
static inline struct slab *slab_at(const void *address, uint32_t note)
{
    return (struct slab *)((uintptr_t)address & -slab_bytes(slab_note_order(note)));
}

/* Takes an object of class `number`. Contents are undefined. NULL: no frames for another slab. */
void *slab_alloc(unsigned number) __attribute__((warn_unused_result));

/*
 * Gives an object back to its slab. Panics, with nothing changed, where this can not be right:
 *   "free: 0x… is no block of the heap"  no object starts there
 *   "free: 0x… is free already"
 */
void slab_free(struct slab *slab, void *object);

/* Panics as slab_free does, in the name of `caller`, unless a used object starts there. */
void slab_check(const struct slab *slab, const void *object, const char *caller);

/* Gives the empty slabs of all classes back to the frames. Returns how many frames that are. */
uint64_t slab_trim(void);
