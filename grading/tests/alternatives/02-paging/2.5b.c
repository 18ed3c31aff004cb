    /* What the access needs against what the region gives; then the tables' own answer. */
    struct region *region = region_at(space, address);
    page_flags_t needs = (error_code & PF_WRITE ? PAGE_W : 0) | (error_code & PF_FETCH ? PAGE_X : 0);

    if (!region || (error_code & (PF_PRESENT | PF_RESERVED)))
        return -EFAULT;
    if ((region->flags & needs) != needs || (region->flags & PAGE_NONE))
        return -EFAULT;

    struct page_mapping mapping;
    if (page_lookup(space->tables, address, &mapping))
        return 0;
    vaddr_t start = address - address % LARGE_SIZE;
    int error = -EEXIST;
    if (region->kind & REGION_LARGE && region->node.start <= start &&
        region->node.end - start >= LARGE_SIZE) {
        struct page_walk walk;
        page_walk(space->tables->root, start, &walk);
        if (walk.level > 1)
            error = commit_page(space, region, start, LARGE_ORDER);
    }
    if (error)
        error = commit_page(space, region, address, 0);
    return error;
