/* MUTANT 3.8e: takes from the stock of processor 0, whoever it is. CAUGHT BY:
 * 3.8/everything_at_once */
    stock = &caches[0]->objects[number];
    if (!stock->first)
        stock->first = objects_take(number, stock->limit / 2, &stock->count);
    struct slab_object *object = stock->first;
    pause();
    if (object) {
        stock->first = object->next;
        stock->count--;
        object->mark = 0;
    }
    return object;
