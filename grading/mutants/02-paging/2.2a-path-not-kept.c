/* MUTANT 2.2a: does not note the entries of the path. CAUGHT BY:
 * 2.2/operations_agree_with_a_model[pages_of_1_gib] */
    walk->path[level] = entry;
    while (*entry && !page_is_leaf(*entry, level)) {
        level--;
        entry = entry_in(*walk->path[level + 1] & PTE_ADDR, walk->address, level);
    }
    walk->level = level;
    walk->entry = entry;
