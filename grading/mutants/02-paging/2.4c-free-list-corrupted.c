/* MUTANT 2.4c: links the object to the second free one. CAUGHT BY:
 * 2.4/a_million_calls_agree_with_a_model */
    object->next = slab->free ? slab->free->next : NULL;
    object->mark = SLAB_FREE;
    slab->free = object;
    if (!object->next) /* it was full */
        list_push(slab);
    if (--slab->used == 0 && ++slab->cache->empty > 1)
        slab_destroy(slab);
