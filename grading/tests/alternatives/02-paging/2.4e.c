    /* Large ones first; frame_note would do for what is known to be memory. */
    uint32_t note = block ? note_at(block) : 0;
    bool whole_page = ((uintptr_t)block & (PAGE_SIZE - 1)) == 0;

    if (whole_page && note_is_run(note)) {
        run_free(block);
        return;
    }
    if (note_is_slab(note)) {
        slab_free(slab_at(block, note), block);
        return;
    }
    if (block)
        not_a_block(block, "free");
