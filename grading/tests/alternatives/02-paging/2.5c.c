    /* Region by region: each one's own part of the range goes, pages first. */
    vaddr_t end = address + size, at = address;

    if (cut_page(space, address) || cut_page(space, end))
        return -ENOMEM;
    struct region *over = region_at(space, address);
    if (over && over->node.start < address && over->node.end > end && cut_region(space, end))
        return -ENOMEM;

    for (;;) {
        struct region *region = region_from(space, at);
        if (!region || region->node.start >= end)
            return 0;
        vaddr_t from = region->node.start > address ? region->node.start : address;
        vaddr_t to = region->node.end < end ? region->node.end : end;
        at = to;
        for (vaddr_t page = from; page != to;) {
            struct page_list list;
            if (page_unmap(space->tables, &page, to, &list))
                panic("release: no memory to unmap");
            while (list.count > 0) {
                list.count--;
                unsigned order = 0;
                while ((uint64_t)PAGE_SIZE << order < list.pages[list.count].size)
                    order++;
                frame_free(list.pages[list.count].target, order);
            }
        }
        if (from == region->node.start && to == region->node.end) {
            region_tree_remove(&space->tree, &region->node);
            free(region);
        } else if (from == region->node.start) {
            region_tree_resize(&region->node, to, region->node.end);
        } else {
            region_tree_resize(&region->node, region->node.start, from);
        }
    }
