/* MUTANT 2.4a: does not mark fresh objects as free. CAUGHT BY: 2.4/nonsense_is_named */
    uint8_t *end = (uint8_t *)slab + slab_bytes(slab->order);

    slab->objects = (slab_bytes(slab->order) - sizeof *slab) / slab->size;
    for (uint32_t i = 1; i <= slab->objects; i++) {
        struct slab_object *object = (struct slab_object *)(end - i * slab->size);
        *object = (struct slab_object){.next = slab->free};
        slab->free = object;
    }
