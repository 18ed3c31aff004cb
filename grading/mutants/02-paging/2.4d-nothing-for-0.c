/* MUTANT 2.4d: returns NULL for 0 bytes. CAUGHT BY: 2.4/a_block_is_of_the_smallest_class */
    if (size == 0)
        return NULL;
    return size <= SIZE_CLASS_MAX ? slab_alloc(size_class(size)) : run_alloc(size, PAGE_SIZE);
