/* MUTANT 2.4e: takes everything that is in no slab for a run of pages. CAUGHT BY:
 * 2.4/nonsense_is_named */
    if (!block)
        return;
    uint32_t note = note_at(block);
    if (note_is_slab(note))
        slab_free(slab_at(block, note), block);
    else
        run_free(block);
