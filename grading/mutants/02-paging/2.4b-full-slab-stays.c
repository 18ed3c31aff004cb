/* MUTANT 2.4b: leaves a full slab in the list. CAUGHT BY: 2.4/a_million_calls_agree_with_a_model */
    struct slab_object *object = slab->free;
    slab->free = object->next;
    object->mark = 0;
    if (slab->used++ == 0)
        slab->cache->empty--;
    return object;
