/* MUTANT 2.4b: leaves the mark of a free object in a used one. CAUGHT BY:
 * 2.4/a_slab_is_full_of_objects */
    struct slab_object *object = slab->free;
    slab->free = object->next;
    if (slab->used++ == 0)
        slab->cache->empty--;
    if (!slab->free)
        list_remove(slab);
    return object;
