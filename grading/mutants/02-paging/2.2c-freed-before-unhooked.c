/* MUTANT 2.2c: gives a table's frame back while an entry leads there. CAUGHT BY:
 * 2.2/tables_are_flushed_before_they_are_free */
    while (walk->level < PAGE_LEVELS) {
        paddr_t table = direct_address(walk->entry) & -(paddr_t)PAGE_SIZE;
        if (*frame_note(table) != 0)
            return;
        walk->level++;
        walk->entry = walk->path[walk->level];
        frame_free(table, 0);
        page_walk_set(walk, 0);
        invlpg(walk->address);
        tables->frames--;
    }
