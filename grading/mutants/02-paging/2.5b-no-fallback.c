/* MUTANT 2.5b: gives up where no 2 MiB are free. CAUGHT BY: 2.5/large_pages_only_where_they_fit */
    const struct region *region = region_at(space, address);
    if (!region || (region->flags & PAGE_NONE) || (error_code & (PF_PRESENT | PF_RESERVED)) ||
        ((error_code & PF_WRITE) && !(region->flags & PAGE_W)) ||
        ((error_code & PF_FETCH) && !(region->flags & PAGE_X)))
        return -EFAULT;

    struct page_walk walk;
    page_walk(space->tables->root, address, &walk);
    if (*walk.entry)
        return 0;

    /* Nothing is mapped in what an absent entry is responsible for: 2 MiB, or more. */
    vaddr_t large = address & -LARGE_SIZE;
    if ((region->kind & REGION_LARGE) && walk.level >= LARGE_LEVEL && large >= region->node.start &&
        large + LARGE_SIZE <= region->node.end && true)
        return commit_page(space, region, address, LARGE_ORDER);
    return commit_page(space, region, address, 0);
