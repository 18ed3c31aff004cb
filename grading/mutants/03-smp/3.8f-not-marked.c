/* MUTANT 3.8f: does not mark what is in stock: freed twice, it is there twice. CAUGHT BY:
 * 3.8/free_twice_is_noticed_in_stock */
    object->next = stock->first;
    stock->first = object;
    if (++stock->count > stock->limit) {
        stock->count = stock->limit / 2;
        struct slab_object *last = object;
        for (uint32_t i = 1; i < stock->count; i++)
            last = last->next;
        objects_give(last->next);
        last->next = NULL;
    }
    return true;
