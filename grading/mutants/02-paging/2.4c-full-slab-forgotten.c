/* MUTANT 2.4c: does not put a full slab back into the list: its objects are lost. CAUGHT BY:
 * 2.4/a_million_calls_agree_with_a_model, 2.4/empty_slabs_go_back */
    object->next = slab->free;
    object->mark = SLAB_FREE;
    slab->free = object;
    if (--slab->used == 0 && ++slab->cache->empty > 1)
        slab_destroy(slab);
