    /* Forwards: the first page, the block in it, the page behind it. */
    uint64_t size = record->size ? record->size : 1;
    vaddr_t first = next_page + PAGE_SIZE;
    while (alignment > PAGE_SIZE && first % alignment != 0)
        first += PAGE_SIZE;
    vaddr_t end = first;
    while (end - first < size)
        end += PAGE_SIZE;
    record->block = (end - size) & -(vaddr_t)alignment;
    next_page = end;
