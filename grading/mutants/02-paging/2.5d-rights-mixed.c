/* MUTANT 2.5d: merges neighbours with different rights. CAUGHT BY: 2.5/million_operations */
    struct region *region = region_from(space, start - 1); /* it may end where the range starts */

    while (region && region->node.start < end) {
        struct region *next = region_next(space, region);
        if (next && next->node.start == region->node.end &&
            next->kind == region->kind) {
            vaddr_t joined_end = next->node.end;
            region_tree_remove(&space->tree, &next->node);
            region_tree_resize(&region->node, region->node.start, joined_end);
            free(next);
        } else {
            region = next;
        }
    }
