/* MUTANT 2.4d: takes the class below where a size lies one above it. CAUGHT BY:
 * 2.4/a_block_is_of_the_smallest_class, 2.4/a_million_calls_agree_with_a_model */
    if (size == 0)
        size = 1;
    return size <= SIZE_CLASS_MAX ? slab_alloc(size_class(size > 1 ? size - 1 : 1)) : run_alloc(size, PAGE_SIZE);
