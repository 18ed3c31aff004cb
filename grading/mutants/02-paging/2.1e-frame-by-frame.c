/* MUTANT 2.1e: cuts the block into single frames, more than can be. CAUGHT BY:
 * 2.1/runs_shrink_from_their_end, 2.1/runs_take_no_more_than_asked */
    for (uint32_t i = 0, size = 1u << frame_table[head].order; i < size; i++) {
        uint32_t note = frame_table[head + i].note;
        mark_used(head + i, 0);
        if (i == 0)
            frame_table[head].note = note;
    }
    (void)number;
