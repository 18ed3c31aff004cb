/* MUTANT 2.2b: makes tables that user mode cannot use. CAUGHT BY: 2.2/errors_change_nothing */
    paddr_t table = frame_alloc(0);
    if (!table)
        return -ENOMEM;
    clear_words(direct(table), ENTRIES);
    (*tables)++;

    int level = walk->level - 1;
    uint64_t old = *walk->entry;
    if (old) { /* a leaf: 512 smaller ones */
        uint64_t *entries = direct(table);
        if (level == 1)
            old &= ~PTE_PS;
        for (unsigned i = 0; i < ENTRIES; i++)
            entries[i] = old + i * page_size(level);
        *frame_note(table) = ENTRIES;
    }

    page_walk_set(walk, table | PTE_P | PTE_W);
    walk->level = level;
    walk->entry = walk->path[level] = entry_in(table, walk->address, level);
    return 0;
