/* Objects of one size: popped from, and pushed to, the list of free ones in their slab. */
#include "mm/slab.h"

#include "exercise.h"
#include "machine.h"
#include "mm/direct.h"
#include "mm/frames.h"

#define OBJECTS_MIN 8 /* in a slab, or one less for its header: making one has to pay */

struct slab_cache slab_caches[SIZE_CLASSES];

/* Puts a slab first in its cache's list. */
static inline void list_push(struct slab *slab)
{
    slab->previous = NULL;
    slab->next = slab->cache->partial;
    if (slab->next)
        slab->next->previous = slab;
    slab->cache->partial = slab;
}

static inline void list_remove(struct slab *slab)
{
    if (slab->previous)
        slab->previous->next = slab->next;
    else
        slab->cache->partial = slab->next;
    if (slab->next)
        slab->next->previous = slab->previous;
}

/* The order of the smallest block with room for OBJECTS_MIN objects of a size. */
static unsigned slab_order(size_t size)
{
    unsigned order = 0;

    while (slab_bytes(order) < OBJECTS_MIN * size)
        order++;
    return order;
}

/* Writes the notes of all frames of a slab. */
static void write_notes(struct slab *slab, uint32_t note)
{
    for (uint64_t at = 0; at < slab_bytes(slab->order); at += PAGE_SIZE)
        *frame_note(direct_address(slab) + at) = note;
}

/*
 * Counts the objects that a fresh slab has room for, behind its header and against its end, and
 * links them all in its list of free ones. Cache, size and order are set, all else is 0.
 */
static void slab_fill(struct slab *slab)
{
    /* EXERCISE 2.4a (20 points): cut a block of frames into objects. */
    uint8_t *end = (uint8_t *)slab + slab_bytes(slab->order);

    slab->objects = (slab_bytes(slab->order) - sizeof *slab) / slab->size;
    for (uint32_t i = 1; i <= slab->objects; i++) {
        struct slab_object *object = (struct slab_object *)(end - i * slab->size);
        *object = (struct slab_object){.next = slab->free, .mark = SLAB_FREE};
        slab->free = object;
    }
    /* END EXERCISE 2.4a */
}

/* Makes an empty slab of a class, and puts it into the list. NULL: no block of frames is free. */
static struct slab *slab_create(unsigned number)
{
    size_t size = size_class_bytes(number);
    unsigned order = slab_order(size);
    paddr_t block = frame_alloc(order);
    if (!block)
        return NULL;

    struct slab *slab = direct(block);
    *slab = (struct slab){.cache = &slab_caches[number], .size = size, .order = order};
    write_notes(slab, slab_note(order));
    slab_fill(slab);
    slab->cache->slabs++;
    slab->cache->empty++;
    list_push(slab);
    return slab;
}

/* Takes an empty slab out of the list and gives it back to the frames. */
static void slab_destroy(struct slab *slab)
{
    list_remove(slab);
    slab->cache->empty--;
    slab->cache->slabs--;
    write_notes(slab, 0);
    frame_free(direct_address(slab), slab->order);
}

void *slab_alloc(unsigned number)
{
    struct slab *slab = slab_caches[number].partial;

    if (!slab)
        slab = slab_create(number);
    if (!slab)
        return NULL;

    /* EXERCISE 2.4b (20 points): take an object. */
    struct slab_object *object = slab->free;
    slab->free = object->next;
    object->mark = 0;
    if (slab->used++ == 0)
        slab->cache->empty--;
    if (!slab->free)
        list_remove(slab);
    return object;
    /* END EXERCISE 2.4b */
}

/* Whether an object is in its slab's list of free ones, however long that takes. */
static bool is_free(const struct slab *slab, const struct slab_object *object)
{
    const struct slab_object *free = slab->free;

    while (free && free != object)
        free = free->next;
    return free;
}

/* Inlined even where -Og would not, since every free goes through here. */
static inline __attribute__((always_inline)) void
check_used(const struct slab *slab, const struct slab_object *object, const char *caller)
{
    uint32_t from_end = (uintptr_t)slab + slab_bytes(slab->order) - (uintptr_t)object;
    uint32_t index = from_end / slab->size;

    if (index * slab->size != from_end || index > slab->objects)
        panic("%s: %p is no block of the heap", caller, (const void *)object);
    if (object->mark == SLAB_FREE && is_free(slab, object))
        panic("%s: %p is free already", caller, (const void *)object);
}

void slab_check(const struct slab *slab, const void *object, const char *caller)
{
    check_used(slab, object, caller);
}

void slab_free(struct slab *slab, void *address)
{
    struct slab_object *object = address;

    check_used(slab, object, "free");

    /* EXERCISE 2.4c (20 points): give an object back. */
    object->next = slab->free;
    object->mark = SLAB_FREE;
    slab->free = object;
    if (!object->next) /* it was full */
        list_push(slab);
    if (--slab->used == 0 && ++slab->cache->empty > 1)
        slab_destroy(slab);
    /* END EXERCISE 2.4c */
}

uint64_t slab_trim(void)
{
    uint64_t frames = 0;

    for (unsigned number = 0; number < SIZE_CLASSES; number++)
        for (struct slab *slab = slab_caches[number].partial, *next; slab; slab = next) {
            next = slab->next;
            if (slab->used > 0)
                continue;
            frames += 1ul << slab->order;
            slab_destroy(slab);
        }
    return frames;
}
