/* MUTANT 2.4e: believes what the table says of the frame, whether anybody has written it or not.
 * CAUGHT BY: 2.4/notes_by_chance_count_for_nothing */
    if (!block)
        return;
    uint64_t number = direct_address(block) / PAGE_SIZE;
    uint32_t note = number < frame_table_count ? frame_table[number].note : 0;
    if (note_is_slab(note))
        slab_free(slab_at(block, note), block);
    else if (note_is_run(note) && (uintptr_t)block % PAGE_SIZE == 0)
        run_free(block);
    else
        not_a_block(block, "free");
