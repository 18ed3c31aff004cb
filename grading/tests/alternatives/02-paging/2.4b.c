    /* The lists first, the object last. */
    if (slab->used == 0)
        slab->cache->empty = 0;
    slab->used += 1;
    if (slab->used == slab->objects)
        list_remove(slab);

    void **object = (void **)slab->free;
    slab->free = object[0];
    object[1] = NULL;
    return object;
