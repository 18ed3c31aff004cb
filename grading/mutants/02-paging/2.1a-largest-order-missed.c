/* MUTANT 2.1a: makes no blocks of 1 GiB. CAUGHT BY:
 * 2.1/any_memory_is_cut_into_the_largest_blocks */
    frames_total += count;
    while (count > 0) {
        unsigned order = largest_order(first, count);
        if (order == FRAME_ORDERS - 1)
            order--;
        list_push(first, order);
        first += 1u << order;
        count -= 1u << order;
    }
