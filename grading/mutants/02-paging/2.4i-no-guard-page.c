/* MUTANT 2.4i: lets the pages of blocks touch each other. CAUGHT BY: 2.4/debug_overrun_faults,
 * 2.4/debug_underrun_faults */
    size_t step = alignment < PAGE_SIZE ? alignment : PAGE_SIZE;
    uint64_t bytes = round_up(record->size ? record->size : 1, step);
    vaddr_t first = round_up(next_page, alignment > PAGE_SIZE ? alignment : PAGE_SIZE);

    next_page = round_up(first + bytes, PAGE_SIZE);
    record->block = next_page - bytes;
