/* MUTANT 2.1a: takes the largest block that fits, wherever it starts. CAUGHT BY:
 * 2.1/any_memory_is_cut_into_the_largest_blocks, 2.1/memory_of_real_machines */
    frames_total += count;
    while (count > 0) {
        unsigned order = 0;
        while (order + 1 < FRAME_ORDERS && (2u << order) <= count)
            order++;
        list_push(first, order);
        first += 1u << order;
        count -= 1u << order;
    }
