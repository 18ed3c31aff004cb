/* Objects of one size: popped from, and pushed to, the list of free ones in their slab. */
#include "mm/slab.h"

#include "exercise.h"
#include "machine.h"
#include "mm/direct.h"
#include "mm/frames.h"

#define OBJECTS_MIN 8 /* in a slab; so that making one pays */

struct slab_cache slab_caches[SIZE_CLASSES];

static void list_push(struct slab_cache *cache, struct slab *slab)
{
    slab->previous = NULL;
    slab->next = cache->partial;
    if (slab->next)
        slab->next->previous = slab;
    cache->partial = slab;
}

static void list_remove(struct slab_cache *cache, struct slab *slab)
{
    if (slab->previous)
        slab->previous->next = slab->next;
    else
        cache->partial = slab->next;
    if (slab->next)
        slab->next->previous = slab->previous;
}

/* The order of the smallest block with room for OBJECTS_MIN objects, or nearly so. */
static unsigned slab_order(size_t size)
{
    unsigned order = 0;

    while (slab_bytes(order) < OBJECTS_MIN * size)
        order++;
    return order;
}

/*
 * Makes a slab of class `number` with all objects free, in no list: takes its block of frames,
 * writes their notes and the header, and links the objects. Returns it, or NULL: no block is free.
 */
static struct slab *slab_create(unsigned number)
{
    size_t size = size_class_bytes(number);
    unsigned order = slab_order(size);
    paddr_t block = frame_alloc(order);
    if (!block)
        return NULL;

    struct slab *slab = direct(block);
    *slab = (struct slab){.size = size, .number = number, .order = order};
    slab_caches[number].slabs++;

    /* EXERCISE 2.4a (20 points): cut a block of frames into objects. */
    for (paddr_t frame = block; frame < block + slab_bytes(order); frame += PAGE_SIZE)
        *frame_note(frame) = slab_note(order);

    slab->objects = (slab_bytes(order) - sizeof *slab) / size;
    uint8_t *end = (uint8_t *)slab + slab_bytes(order);
    for (unsigned i = 1; i <= slab->objects; i++) {
        struct slab_object *object = (struct slab_object *)(end - i * size);
        *object = (struct slab_object){.next = slab->free, .mark = SLAB_FREE};
        slab->free = object;
    }
    return slab;
    /* END EXERCISE 2.4a */
}

/* Gives an empty slab, which is in no list, back to the frames; their notes are 0 from then on. */
static void slab_destroy(struct slab *slab)
{
    paddr_t block = direct_address(slab);
    unsigned order = slab->order;

    slab_caches[slab->number].slabs--;
    for (paddr_t frame = block; frame < block + slab_bytes(order); frame += PAGE_SIZE)
        *frame_note(frame) = 0;
    frame_free(block, order);
}

void *slab_alloc(unsigned number)
{
    struct slab_cache *cache = &slab_caches[number];

    /* EXERCISE 2.4b (20 points): take an object. */
    struct slab *slab = cache->partial;
    if (!slab) {
        slab = cache->spare ? cache->spare : slab_create(number);
        if (!slab)
            return NULL;
        cache->spare = NULL;
        list_push(cache, slab);
    }

    struct slab_object *object = slab->free;
    object->mark = 0;
    slab->free = object->next;
    slab->used++;
    if (!slab->free)
        list_remove(cache, slab);
    return object;
    /* END EXERCISE 2.4b */
}

/* Whether an object is in its slab's list of free ones, however long that takes. */
static bool is_free(const struct slab *slab, const void *object)
{
    const struct slab_object *free = slab->free;

    while (free && free != object)
        free = free->next;
    return free;
}

void slab_check(const struct slab *slab, const void *object, const char *caller)
{
    uint32_t from_end = (uintptr_t)slab + slab_bytes(slab->order) - (uintptr_t)object;

    if (from_end % slab->size != 0 || from_end / slab->size > slab->objects)
        panic("%s: %p is no block of the heap", caller, object);
    if (((const struct slab_object *)object)->mark == SLAB_FREE && is_free(slab, object))
        panic("%s: %p is free already", caller, object);
}

void slab_free(struct slab *slab, void *address)
{
    slab_check(slab, address, "free");

    /* EXERCISE 2.4c (20 points): give an object back. */
    struct slab_cache *cache = &slab_caches[slab->number];
    struct slab_object *object = address;

    *object = (struct slab_object){.next = slab->free, .mark = SLAB_FREE};
    slab->free = object;
    if (!object->next)
        list_push(cache, slab); /* it was full */
    if (--slab->used == 0) {
        list_remove(cache, slab);
        if (cache->spare)
            slab_destroy(slab);
        else
            cache->spare = slab;
    }
    /* END EXERCISE 2.4c */
}

uint64_t slab_trim(void)
{
    uint64_t frames = 0;

    for (struct slab_cache *cache = slab_caches; cache < slab_caches + SIZE_CLASSES; cache++)
        if (cache->spare) {
            frames += 1ul << cache->spare->order;
            slab_destroy(cache->spare);
            cache->spare = NULL;
        }
    return frames;
}
