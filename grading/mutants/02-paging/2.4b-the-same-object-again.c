/* MUTANT 2.4b: does not take the object out of the list. CAUGHT BY: 2.4/a_slab_is_full_of_objects */
    struct slab_object *object = slab->free;
    object->mark = 0;
    if (slab->used++ == 0)
        slab->cache->empty--;
    if (!object->next)
        list_remove(slab);
    return object;
