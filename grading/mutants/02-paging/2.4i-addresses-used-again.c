/* MUTANT 2.4i: gives each block the same addresses. CAUGHT BY: 2.4/debug_use_after_free_faults,
 * 2.4/debug_allows_what_is_right */
    size_t step = alignment < PAGE_SIZE ? alignment : PAGE_SIZE;
    uint64_t bytes = round_up(record->size ? record->size : 1, step);
    vaddr_t first = round_up(next_page + PAGE_SIZE, alignment > PAGE_SIZE ? alignment : PAGE_SIZE);

    record->block = round_up(first + bytes, PAGE_SIZE) - bytes;
