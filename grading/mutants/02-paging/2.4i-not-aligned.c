/* MUTANT 2.4i: puts the last byte of the block at the end of its pages, whatever its alignment.
 * CAUGHT BY: 2.4/debug_allows_what_is_right */
    uint64_t bytes = round_up(record->size ? record->size : 1, 1);
    vaddr_t first = round_up(next_page + PAGE_SIZE, alignment > PAGE_SIZE ? alignment : PAGE_SIZE);

    next_page = round_up(first + bytes, PAGE_SIZE);
    record->block = next_page - bytes;
