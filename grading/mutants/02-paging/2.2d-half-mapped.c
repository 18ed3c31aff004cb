/* MUTANT 2.2d: after -ENOMEM the first pages stay mapped. CAUGHT BY:
 * 2.2/no_memory_changes_nothing */
    if (!range_absent(tables, address, size))
        return -EEXIST;

    for (uint64_t done = 0; done < size;) {
        int level = fitting_level(address + done, target + done, size - done);
        if (map_pages(tables, address + done, target + done, level, 1, flags)) {
            return -ENOMEM;
        }
        done += page_size(level);
    }
    return 0;
