/* MUTANT 2.1e: the first part is made anew, and its owner's note is lost. CAUGHT BY:
 * 2.1/runs_shrink_from_their_end */
    while (head != number) {
        unsigned order = frame_table[head].order - 1;
        mark_used(head, order);
        uint32_t middle = head + (1u << order);
        mark_used(middle, order);
        if (number >= middle)
            head = middle;
    }
