    /* Decided by the number of used objects, before anything changes. */
    bool was_full = slab->used == slab->objects, becomes_empty = slab->used == 1;

    *object = (struct slab_object){.next = slab->free, .mark = SLAB_FREE};
    slab->free = object;
    slab->used -= 1;
    if (was_full)
        list_push(slab);
    if (!becomes_empty)
        return;
    slab->cache->empty += 1;
    if (slab->cache->empty == 2)
        slab_destroy(slab);
