/* MUTANT 2.4c: gives no slab back to the frames. CAUGHT BY: 2.4/empty_slabs_go_back */
    object->next = slab->free;
    object->mark = SLAB_FREE;
    slab->free = object;
    if (!object->next) /* it was full */
        list_push(slab);
    if (--slab->used == 0)
        slab->cache->empty++;
