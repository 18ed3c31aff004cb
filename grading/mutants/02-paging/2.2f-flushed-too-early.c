/* MUTANT 2.2f: flushes a page before its entry is changed. CAUGHT BY:
 * 2.2/each_page_gets_its_own_invlpg */
    vaddr_t end = address + size;
    struct page_walk walk;
    page_walk(tables->root, address, &walk);
    for (;;) {
        if (*walk.entry && entry_flags(*walk.entry) != flags) {
            if (split_to(tables, &walk, end))
                return -ENOMEM;
            uint64_t old = *walk.entry;
            if (old & PTE_P)
                invlpg(walk.address);
            page_walk_set(&walk, entry_target(old, walk.level) | (old & (PTE_A | PTE_D)) |
                                     entry_bits(flags, walk.level));
        }
        uint64_t step = page_size(walk.level) - walk.address % page_size(walk.level);
        if (end - walk.address <= step)
            return 0;
        page_walk_next(tables->root, &walk);
    }
