    /* Upwards, with a pointer to where the next link goes. */
    uint64_t bytes = slab_bytes(slab->order);
    uint32_t count = 0;
    while (sizeof *slab + (count + 1ul) * slab->size <= bytes)
        count++;
    slab->objects = count;

    struct slab_object **link = &slab->free;
    for (char *at = (char *)slab + bytes - (uint64_t)count * slab->size; count > 0; count--) {
        *link = (struct slab_object *)at;
        (*link)->mark = SLAB_FREE;
        link = &(*link)->next;
        at += slab->size;
    }
    *link = NULL;
