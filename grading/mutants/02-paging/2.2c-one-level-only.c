/* MUTANT 2.2c: gives the page table back, and not what has become empty above it. CAUGHT BY:
 * 2.2/operations_agree_with_a_model[pages_of_1_gib], 2.2/no_memory_changes_nothing */
    if (walk->level < PAGE_LEVELS) {
        paddr_t table = direct_address(walk->entry) & -(paddr_t)PAGE_SIZE;
        if (*frame_note(table) != 0)
            return;
        walk->level++;
        walk->entry = walk->path[walk->level];
        page_walk_set(walk, 0);
        invlpg(walk->address);
        frame_free(table, 0);
        tables->frames--;
    }
