    /* Cut, change and join in any case: join makes up for a cut that led to nothing. */
    vaddr_t end = address + size;
    struct region *first = region_at(space, address), *last = first;
    if (!first)
        return -ENOMEM;
    while (last->node.end < end) {
        struct region *next = region_next(space, last);
        if (!next || next->node.start != last->node.end)
            return -ENOMEM;
        last = next;
    }
    int error = cut_region(space, address);
    if (!error)
        error = cut_region(space, end);
    if (!error)
        error = cut_page(space, address);
    if (!error)
        error = cut_page(space, end);
    for (struct region *region = region_at(space, address);
         !error && region && region->node.start < end; region = region_next(space, region)) {
        region->flags = flags;
        error = page_protect(space->tables, region->node.start,
                             region->node.end - region->node.start, flags);
    }
    join(space, address, end);
    return error;
