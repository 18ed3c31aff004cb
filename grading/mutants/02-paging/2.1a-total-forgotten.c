/* MUTANT 2.1a: does not count what is handed in. CAUGHT BY:
 * 2.1/any_memory_is_cut_into_the_largest_blocks, 2.1/memory_of_real_machines */
    while (count > 0) {
        unsigned order = largest_order(first, count);
        list_push(first, order);
        first += 1u << order;
        count -= 1u << order;
    }
