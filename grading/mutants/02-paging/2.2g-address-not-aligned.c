/* MUTANT 2.2g: gives the address that was asked for, not the page's. CAUGHT BY:
 * 2.2/operations_agree_with_a_model[pages_of_1_gib] */
    struct page_walk walk;
    page_walk(tables->root, address, &walk);
    if (!*walk.entry)
        return false;
    *mapping = (struct page_mapping){
        .address = address,
        .target = entry_target(*walk.entry, walk.level),
        .size = page_size(walk.level),
        .flags = entry_flags(*walk.entry),
    };
    return true;
