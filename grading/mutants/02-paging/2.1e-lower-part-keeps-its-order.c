/* MUTANT 2.1e: the first part still has the order of the whole. CAUGHT BY:
 * 2.1/runs_shrink_from_their_end, 2.1/runs_take_no_more_than_asked */
    while (head != number) {
        unsigned order = frame_table[head].order - 1;
        uint32_t middle = head + (1u << order);
        mark_used(middle, order);
        if (number >= middle)
            head = middle;
    }
