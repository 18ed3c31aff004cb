/* MUTANT 2.4i: puts the block at the start of its pages. CAUGHT BY: 2.4/debug_overrun_faults */
    size_t step = alignment < PAGE_SIZE ? alignment : PAGE_SIZE;
    uint64_t bytes = round_up(record->size ? record->size : 1, step);
    vaddr_t first = round_up(next_page + PAGE_SIZE, alignment > PAGE_SIZE ? alignment : PAGE_SIZE);

    next_page = round_up(first + bytes, PAGE_SIZE);
    record->block = first;
