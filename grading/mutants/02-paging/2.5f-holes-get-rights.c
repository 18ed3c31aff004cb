/* MUTANT 2.5f: does not see that a part of the range is not reserved. CAUGHT BY: 2.5/posix_errors,
 * 2.5/million_operations */
    vaddr_t end = address + size;
    for (vaddr_t next = address; next < end;) {
        const struct region *region = region_at(space, next);
        next = region ? region->node.end : end;
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
    join(space, address, end);
    return 0;
