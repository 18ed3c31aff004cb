/* MUTANT 2.1a: hands in frame by frame, as blocks of order 0. CAUGHT BY:
 * 2.1/any_memory_is_cut_into_the_largest_blocks, 2.1/memory_of_real_machines */
    frames_total += count;
    while (count > 0) {
        unsigned order = 0;
        list_push(first, order);
        first += 1u << order;
        count -= 1u << order;
    }
