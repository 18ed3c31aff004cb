    if (walk->level == PAGE_LEVELS)
        return;
    paddr_t table = direct_address(walk->entry);
    table -= table % PAGE_SIZE;
    if (*frame_note(table) > 0)
        return;
    walk->entry = walk->path[++walk->level];
    page_walk_set(walk, 0);
    invlpg(walk->address);
    tables->frames -= 1;
    frame_free(table, 0);
    free_empty_tables(tables, walk);
