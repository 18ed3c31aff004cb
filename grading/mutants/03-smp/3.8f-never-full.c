/* MUTANT 3.8f: keeps everything, however much it is. CAUGHT BY: 3.8/most_objects_need_no_lock */
    object->next = stock->first;
    object->mark = SLAB_FREE;
    stock->first = object;
    stock->count++;
    return true;
