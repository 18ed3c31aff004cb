    paddr_t table = frame_alloc(0);
    if (table == 0)
        return -ENOMEM;
    uint64_t whole = *walk->entry;
    uint64_t step = page_size(walk->level) / ENTRIES;
    uint64_t *part = direct(table);

    if (whole != 0 && walk->level == 2)
        whole ^= PTE_PS;
    for (unsigned i = 0; i < ENTRIES; i++, part++)
        *part = whole == 0 ? 0 : whole + i * step;
    *frame_note(table) = whole == 0 ? 0 : ENTRIES;
    *tables += 1;

    page_walk_set(walk, table + (PTE_U | PTE_W | PTE_P));
    walk->level -= 1;
    walk->path[walk->level] = entry_in(table, walk->address, walk->level);
    walk->entry = walk->path[walk->level];
    return 0;
