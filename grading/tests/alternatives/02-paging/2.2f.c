    vaddr_t last = address + size - 1;

    for (;;) {
        struct page_walk walk;
        page_walk(tables->root, address, &walk);
        if (*walk.entry != 0 && entry_flags(*walk.entry) != flags) {
            int error = split_to(tables, &walk, last + 1);
            if (error)
                return error;
            uint64_t before = *walk.entry;
            uint64_t after = (before & ~PAGE_FLAGS) | (flags ^ INVERTED);
            page_walk_set(&walk, after);
            if (before & PTE_P)
                invlpg(address);
        }
        address |= page_size(walk.level) - 1;
        if (address >= last)
            return 0;
        address++;
    }
