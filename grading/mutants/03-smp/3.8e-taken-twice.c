/* MUTANT 3.8e: leaves the object in the stock. CAUGHT BY: 3.8/most_objects_need_no_lock */
    if (!stock->first)
        stock->first = objects_take(number, stock->limit / 2, &stock->count);
    struct slab_object *object = stock->first;
    if (object) {
        stock->count--;
        object->mark = 0;
    }
    return object;
