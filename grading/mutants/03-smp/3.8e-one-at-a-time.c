/* MUTANT 3.8e: fills an empty stock with one object. CAUGHT BY: 3.8/most_objects_need_no_lock */
    if (!stock->first)
        stock->first = objects_take(number, 1, &stock->count);
    struct slab_object *object = stock->first;
    if (object) {
        stock->first = object->next;
        stock->count--;
        object->mark = 0;
    }
    return object;
