/* MUTANT 2.5c: leaves a region cut in two when a large page could not be cut. CAUGHT BY:
 * 2.5/out_of_memory[8M], 2.5/out_of_memory[17M] */
    vaddr_t end = address + size;
    struct region *region = region_from(space, address);
    if (!region || region->node.start >= end)
        return 0;
    if (region->node.start < address && region->node.end > end && cut_region(space, end))
        return -ENOMEM;
    if (cut_page(space, address) || cut_page(space, end))
        return -ENOMEM;

    for (vaddr_t from = address; from < end;) {
        struct page_list removed;
        if (page_unmap(space->tables, &from, end, &removed))
            panic("release: pages at %#lx are cut, and cannot be unmapped", from);
        for (unsigned i = 0; i < removed.count; i++)
            frame_free(removed.pages[i].target,
                       removed.pages[i].size == LARGE_SIZE ? LARGE_ORDER : 0);
    }

    while (region && region->node.start < end) {
        struct region *next = region_next(space, region);
        if (region->node.start < address) {
            region_tree_resize(&region->node, region->node.start, address);
        } else if (region->node.end > end) {
            region_tree_resize(&region->node, end, region->node.end);
        } else {
            region_tree_remove(&space->tree, &region->node);
            free(region);
        }
        region = next;
    }
    return 0;
