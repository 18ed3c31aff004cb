/* MUTANT 2.4a: puts the objects behind the header instead of against the end: they are not
 * aligned. CAUGHT BY: 2.4/a_slab_is_full_of_objects, 2.4/aligned_alloc_aligns */
    uint8_t *start = (uint8_t *)(slab + 1);

    slab->objects = (slab_bytes(slab->order) - sizeof *slab) / slab->size;
    for (uint32_t i = 1; i <= slab->objects; i++) {
        struct slab_object *object = (struct slab_object *)(start + (i - 1) * slab->size);
        *object = (struct slab_object){.next = slab->free, .mark = SLAB_FREE};
        slab->free = object;
    }
