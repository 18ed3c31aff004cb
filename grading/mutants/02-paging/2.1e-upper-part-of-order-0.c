/* MUTANT 2.1e: what is cut off is marked as single frames. CAUGHT BY:
 * 2.1/runs_shrink_from_their_end, 2.1/runs_take_no_more_than_asked */
    while (head != number) {
        unsigned order = --frame_table[head].order;
        uint32_t middle = head + (1u << order);
        mark_used(middle, 0);
        if (number >= middle)
            head = middle;
    }
