/* MUTANT 2.4e: takes any address in a large block's first page for the block. CAUGHT BY:
 * 2.4/nonsense_is_named */
    if (!block)
        return;
    uint32_t note = note_at(block);
    if (note_is_slab(note))
        slab_free(slab_at(block, note), block);
    else if (note_is_run(note))
        run_free((void *)((uintptr_t)block & -PAGE_SIZE));
    else
        not_a_block(block, "free");
