    /* Every step walks from the root again. The last byte is compared: `end` may be 0. */
    vaddr_t last = end - 1;

    for (;;) {
        struct page_walk walk;
        page_walk(tables->root, *address, &walk);
        uint64_t entry = *walk.entry;
        if (entry != 0) {
            if (removed && removed->count >= PAGE_LIST_MAX)
                return 0;
            if (split_to(tables, &walk, end) != 0)
                return -ENOMEM;
            if (removed && !page_lookup(tables, *address, &removed->pages[removed->count++]))
                panic("%#lx is mapped, and is not", *address);
            entry = *walk.entry;
            page_walk_set(&walk, 0);
            if (entry & PTE_P)
                invlpg(*address);
        }
        vaddr_t page_last = *address | (page_size(walk.level) - 1);
        if (entry != 0)
            free_empty_tables(tables, &walk);
        if (page_last >= last)
            break;
        *address = page_last + 1;
    }
    *address = end;
    return 0;
