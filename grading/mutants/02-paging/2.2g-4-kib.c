/* MUTANT 2.2g: says that every page has 4 KiB. CAUGHT BY: 2.2/largest_pages_are_used,
 * 2.2/operations_agree_with_a_model[pages_of_1_gib] */
    struct page_walk walk;
    page_walk(tables->root, address, &walk);
    if (!*walk.entry)
        return false;
    *mapping = (struct page_mapping){
        .address = address & -page_size(walk.level),
        .target = entry_target(*walk.entry, walk.level),
        .size = PAGE_SIZE,
        .flags = entry_flags(*walk.entry),
    };
    return true;
