/* MUTANT 2.2e: flushes pages that allow no access, too. CAUGHT BY:
 * 2.2/only_changed_pages_get_invlpg */
    struct page_walk walk;
    page_walk(tables->root, *address, &walk);
    for (;;) {
        if (*walk.entry) {
            if (removed && removed->count == PAGE_LIST_MAX)
                return 0;
            if (split_to(tables, &walk, end))
                return -ENOMEM;
            if (removed)
                removed->pages[removed->count++] = (struct page_mapping){
                    .address = walk.address,
                    .target = entry_target(*walk.entry, walk.level),
                    .size = page_size(walk.level),
                    .flags = entry_flags(*walk.entry),
                };
            uint64_t old = *walk.entry;
            page_walk_set(&walk, 0);
            (void)old;
                invlpg(walk.address);
            free_empty_tables(tables, &walk);
        }
        uint64_t step = page_size(walk.level) - walk.address % page_size(walk.level);
        if (end - walk.address <= step)
            break;
        page_walk_next(tables->root, &walk);
        *address = walk.address;
    }
    *address = end;
    return 0;
