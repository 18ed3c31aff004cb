/* MUTANT 2.4a: counts the objects as if the slab had no header: the lowest one lies on it. CAUGHT
 * BY: 2.4/a_slab_is_full_of_objects */
    uint8_t *end = (uint8_t *)slab + slab_bytes(slab->order);

    slab->objects = slab_bytes(slab->order) / slab->size;
    for (uint32_t i = 1; i <= slab->objects; i++) {
        struct slab_object *object = (struct slab_object *)(end - i * slab->size);
        *object = (struct slab_object){.next = slab->free, .mark = SLAB_FREE};
        slab->free = object;
    }
