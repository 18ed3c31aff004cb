/* MUTANT 2.2g: changes *mapping where nothing is mapped. CAUGHT BY: 2.2/largest_pages_are_used */
    struct page_walk walk;
    page_walk(tables->root, address, &walk);
    *mapping = (struct page_mapping){
        .address = address & -page_size(walk.level),
        .target = entry_target(*walk.entry, walk.level),
        .size = page_size(walk.level),
        .flags = entry_flags(*walk.entry),
    };
    return *walk.entry;
