/* MUTANT 2.4e: does not free large blocks. CAUGHT BY: 2.4/large_blocks_go_back,
 * 2.4/a_million_calls_agree_with_a_model */
    if (!block)
        return;
    uint32_t note = note_at(block);
    if (note_is_slab(note))
        slab_free(slab_at(block, note), block);
    else if (note_is_run(note) && (uintptr_t)block % PAGE_SIZE == 0)
        return;
    else
        not_a_block(block, "free");
