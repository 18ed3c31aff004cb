/* MUTANT 2.4a: wastes the first object of each slab. CAUGHT BY: 2.4/a_slab_is_full_of_objects */
    uint8_t *end = (uint8_t *)slab + slab_bytes(slab->order);

    slab->objects = (slab_bytes(slab->order) - sizeof *slab) / slab->size - 1;
    for (uint32_t i = 1; i <= slab->objects; i++) {
        struct slab_object *object = (struct slab_object *)(end - i * slab->size);
        *object = (struct slab_object){.next = slab->free, .mark = SLAB_FREE};
        slab->free = object;
    }
