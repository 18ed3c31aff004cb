    /* Makes room first: half of a full stock goes back, from its end. */
    if (stock->count == stock->limit) {
        struct slab_object **end = &stock->first;
        for (stock->count = 0; stock->count < stock->limit / 2; stock->count++)
            end = &(*end)->next;
        struct slab_object *rest = *end;
        *end = NULL;
        objects_give(rest);
    }
    *object = (struct slab_object){.next = stock->first, .mark = SLAB_FREE};
    stock->first = object;
    stock->count++;
    return true;
