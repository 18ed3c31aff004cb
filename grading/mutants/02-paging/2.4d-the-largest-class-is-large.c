/* MUTANT 2.4d: makes a block of exactly 64 KiB a large one. CAUGHT BY:
 * 2.4/a_block_is_of_the_smallest_class */
    if (size == 0)
        size = 1;
    return size < SIZE_CLASS_MAX ? slab_alloc(size_class(size)) : run_alloc(size, PAGE_SIZE);
