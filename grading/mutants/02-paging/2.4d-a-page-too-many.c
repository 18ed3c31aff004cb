/* MUTANT 2.4d: takes a page too many for a large block. CAUGHT BY:
 * 2.4/a_block_is_of_the_smallest_class, 2.4/large_blocks_go_back */
    if (size == 0)
        size = 1;
    return size <= SIZE_CLASS_MAX ? slab_alloc(size_class(size)) : run_alloc(size + PAGE_SIZE, PAGE_SIZE);
