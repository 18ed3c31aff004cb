/* MUTANT 3.8f: gives half of the stock back, and keeps it as well. CAUGHT BY:
 * 3.8/most_objects_need_no_lock */
    object->next = stock->first;
    object->mark = SLAB_FREE;
    stock->first = object;
    if (++stock->count > stock->limit) {
        stock->count = stock->limit / 2;
        struct slab_object *last = object;
        for (uint32_t i = 1; i < stock->count; i++)
            last = last->next;
        objects_give(last->next);
    }
    return true;
