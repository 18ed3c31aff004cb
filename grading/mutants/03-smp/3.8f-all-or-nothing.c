/* MUTANT 3.8f: gives everything back when there is too much: the next call needs the lock again.
 * CAUGHT BY: 3.8/most_objects_need_no_lock */
    object->next = stock->first;
    object->mark = SLAB_FREE;
    stock->first = object;
    if (++stock->count > 1) {
        objects_give(stock->first);
        stock->first = NULL;
        stock->count = 0;
    }
    return true;
