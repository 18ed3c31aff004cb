/* MUTANT 2.4b: forgets that a slab is no longer empty. CAUGHT BY: 2.4/empty_slabs_go_back */
    struct slab_object *object = slab->free;
    slab->free = object->next;
    object->mark = 0;
    slab->used++;
    if (!slab->free)
        list_remove(slab);
    return object;
