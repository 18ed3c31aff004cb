/* MUTANT 2.2c: takes a table for empty when its first entry is absent. CAUGHT BY:
 * 2.2/operations_agree_with_a_model[pages_of_1_gib] */
    while (walk->level < PAGE_LEVELS) {
        paddr_t table = direct_address(walk->entry) & -(paddr_t)PAGE_SIZE;
        if (*(uint64_t *)direct(table) != 0)
            return;
        walk->level++;
        walk->entry = walk->path[walk->level];
        page_walk_set(walk, 0);
        invlpg(walk->address);
        frame_free(table, 0);
        tables->frames--;
    }
