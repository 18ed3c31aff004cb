    /* Downwards: each region is swallowed by the one below it. */
    struct region *region = region_at(space, end);
    if (!region || region->node.start != end) {
        struct region_node *last = &region_from(space, start - 1)->node;
        for (struct region_node *next = last; next && next->start < end;
             next = region_tree_next(next))
            last = next;
        region = region_of(last);
    }
    while (region && region->node.end >= start) {
        struct region *below = region_of(region_tree_previous(&region->node));
        if (below && below->node.end == region->node.start && below->node.end >= start &&
            below->flags == region->flags && below->kind == region->kind) {
            region_tree_remove(&space->tree, &below->node);
            region_tree_resize(&region->node, below->node.start, region->node.end);
            free(below);
        } else {
            region = below;
        }
    }
