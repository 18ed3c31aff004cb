/* MUTANT 2.2f: changes the whole large page that the range begins or ends in. CAUGHT BY:
 * 2.2/split_keeps_every_bit */
    vaddr_t end = address + size;
    struct page_walk walk;
    page_walk(tables->root, address, &walk);
    for (;;) {
        if (*walk.entry && entry_flags(*walk.entry) != flags) {
            uint64_t old = *walk.entry;
            page_walk_set(&walk, entry_target(old, walk.level) | (old & (PTE_A | PTE_D)) |
                                     entry_bits(flags, walk.level));
            if (old & PTE_P)
                invlpg(walk.address);
        }
        uint64_t step = page_size(walk.level) - walk.address % page_size(walk.level);
        if (end - walk.address <= step)
            return 0;
        page_walk_next(tables->root, &walk);
    }
