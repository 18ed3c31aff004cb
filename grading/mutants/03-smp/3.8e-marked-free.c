/* MUTANT 3.8e: leaves the mark of a free object in one that is used. CAUGHT BY:
 * 3.8/most_objects_need_no_lock */
    if (!stock->first)
        stock->first = objects_take(number, stock->limit / 2, &stock->count);
    struct slab_object *object = stock->first;
    if (object) {
        stock->first = object->next;
        stock->count--;
    }
    return object;
