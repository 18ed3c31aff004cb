/* MUTANT 2.5b: commits all of a region on the first touch. CAUGHT BY:
 * 2.5/only_touched_pages_take_frames */
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
        large + LARGE_SIZE <= region->node.end && !commit_page(space, region, address, LARGE_ORDER))
        return 0;
    int error = commit_page(space, region, address, 0);
    for (vaddr_t page = region->node.start; page < region->node.end && !error; page += PAGE_SIZE) {
        page_walk(space->tables->root, page, &walk);
        if (!*walk.entry && commit_page(space, region, page, 0))
            break;
    }
    return error;
