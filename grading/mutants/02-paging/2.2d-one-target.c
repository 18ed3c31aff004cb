/* MUTANT 2.2d: maps every page to the first one's target. CAUGHT BY: 2.2/largest_pages_are_used
 * */
    if (!range_absent(tables, address, size))
        return -EEXIST;

    for (uint64_t done = 0; done < size;) {
        int level = fitting_level(address + done, target + done, size - done);
        if (map_pages(tables, address + done, target, level, 1, flags)) {
            vaddr_t from = address; /* take back what is done: whole pages, so nothing to split */
            if (done > 0 && page_unmap(tables, &from, address + done, NULL))
                panic("page_map: %#lx cannot be unmapped again", from);
            return -ENOMEM;
        }
        done += page_size(level);
    }
    return 0;
