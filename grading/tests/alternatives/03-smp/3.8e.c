    struct slab_object *object = stock->first;

    if (!object) {
        object = objects_take(number, stock->limit / 2, &stock->count);
        if (!object)
            return NULL;
    }
    object->mark = 0;
    stock->first = object->next;
    stock->count -= 1;
    return object;
