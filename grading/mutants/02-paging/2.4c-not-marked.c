/* MUTANT 2.4c: does not mark a free object. CAUGHT BY: 2.4/nonsense_is_named */
    object->next = slab->free;
    slab->free = object;
    if (!object->next) /* it was full */
        list_push(slab);
    if (--slab->used == 0 && ++slab->cache->empty > 1)
        slab_destroy(slab);
