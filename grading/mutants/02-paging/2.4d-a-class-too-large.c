/* MUTANT 2.4d: rounds up too far: a block of exactly a class goes to the next one. CAUGHT BY:
 * 2.4/a_block_is_of_the_smallest_class */
    if (size == 0)
        size = 1;
    return size <= SIZE_CLASS_MAX ? slab_alloc(size_class(size < SIZE_CLASS_MAX ? size + 1 : size)) : run_alloc(size, PAGE_SIZE);
