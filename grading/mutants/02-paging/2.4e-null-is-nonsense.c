/* MUTANT 2.4e: does not allow free(NULL). CAUGHT BY: 2.4/a_block_is_of_the_smallest_class */
    uint32_t note = note_at(block);
    if (note_is_slab(note))
        slab_free(slab_at(block, note), block);
    else if (note_is_run(note) && (uintptr_t)block % PAGE_SIZE == 0)
        run_free(block);
    else
        not_a_block(block, "free");
