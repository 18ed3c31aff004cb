/* MUTANT 2.1a: gives back frame by frame, and lets them merge: every entry is written. CAUGHT
 * BY: 2.1/set_up_touches_no_entry_without_need */
    frames_total += count;
    for (uint32_t number = first; number < first + count; number++) {
        mark_used(number, 0);
        frame_free((paddr_t)number * PAGE_SIZE, 0);
    }
