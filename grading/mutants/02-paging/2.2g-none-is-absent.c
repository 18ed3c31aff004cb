/* MUTANT 2.2g: says of a page with PAGE_NONE that nothing is mapped. CAUGHT BY:
 * 2.2/operations_agree_with_a_model[pages_of_1_gib] */
    struct page_walk walk;
    page_walk(tables->root, address, &walk);
    if (!(*walk.entry & PTE_P))
        return false;
    *mapping = (struct page_mapping){
        .address = address & -page_size(walk.level),
        .target = entry_target(*walk.entry, walk.level),
        .size = page_size(walk.level),
        .flags = entry_flags(*walk.entry),
    };
    return true;
