/* MUTANT 2.2a: goes through large pages as if they led to tables. CAUGHT BY:
 * 2.2/operations_agree_with_a_model[pages_of_1_gib], 2.2/largest_pages_are_used */
    walk->path[level] = entry;
    while (*entry && level > 1) {
        level--;
        entry = entry_in(*walk->path[level + 1] & PTE_ADDR, walk->address, level);
        walk->path[level] = entry;
    }
    walk->level = level;
    walk->entry = entry;
