/* MUTANT 2.5f: leaves neighbours with the same rights apart. CAUGHT BY: 2.5/million_operations */
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
    if (page_protect(space->tables, address, size, flags))
        panic("protect: pages at %#lx are cut, and cannot be changed", address);
    for (struct region *region = region_at(space, address); region && region->node.start < end;
         region = region_next(space, region))
        region->flags = flags;
    return 0;
