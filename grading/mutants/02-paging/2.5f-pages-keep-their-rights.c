/* MUTANT 2.5f: changes the regions, but not the pages that are there. CAUGHT BY:
 * 2.5/forbidden_access, 2.5/mprotect_gives_rights */
    vaddr_t end = address + size;
    for (vaddr_t next = address; next < end;) {
        const struct region *region = region_at(space, next);
        if (!region)
            return -ENOMEM;
        next = region->node.end;
    }
    if (cut_page(space, address) || cut_page(space, end) || cut_region(space, address) ||
        cut_region(space, end)) {
        join(space, address, end);
        return -ENOMEM;
    }
    for (struct region *region = region_at(space, address); region && region->node.start < end;
         region = region_next(space, region))
        region->flags = flags;
    join(space, address, end);
    return 0;
