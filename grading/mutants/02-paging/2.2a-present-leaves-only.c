/* MUTANT 2.2a: walks on through a large page whose P is clear. CAUGHT BY:
 * 2.2/operations_agree_with_a_model[pages_of_1_gib] */
    walk->path[level] = entry;
    while (*entry && !((*entry & PTE_P) && page_is_leaf(*entry, level)) && level > 1) {
        level--;
        entry = entry_in(*walk->path[level + 1] & PTE_ADDR, walk->address, level);
        walk->path[level] = entry;
    }
    walk->level = level;
    walk->entry = entry;
