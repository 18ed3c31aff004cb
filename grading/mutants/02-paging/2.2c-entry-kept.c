/* MUTANT 2.2c: the entry goes on leading to a table that is free. CAUGHT BY:
 * 2.2/operations_agree_with_a_model[pages_of_1_gib] */
    while (walk->level < PAGE_LEVELS) {
        paddr_t table = direct_address(walk->entry) & -(paddr_t)PAGE_SIZE;
        if (*frame_note(table) != 0)
            return;
        walk->level++;
        walk->entry = walk->path[walk->level];
        *frame_note(direct_address(walk->entry) & -(paddr_t)PAGE_SIZE) -= 1;
        invlpg(walk->address);
        frame_free(table, 0);
        tables->frames--;
    }
