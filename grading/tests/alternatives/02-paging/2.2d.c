    /* Each page by itself; what is in the way is met before anything is done. */
    struct page_mapping there;
    uint64_t done = 0;

    while (done < size) {
        struct page_walk walk;
        page_walk(tables->root, address + done, &walk);
        if (*walk.entry != 0)
            return -EEXIST;
        uint64_t covers = page_size(walk.level);
        done += covers - (address + done) % covers;
    }
    for (done = 0; done < size; done += there.size) {
        int level = fitting_level(address + done, target + done, size - done);
        int error = map_pages(tables, address + done, target + done, level, 1, flags);
        if (error) {
            for (vaddr_t from = address; from < address + done;)
                if (page_unmap(tables, &from, address + done, NULL))
                    panic("what was mapped cannot be unmapped");
            return error;
        }
        there.size = page_size(level);
    }
    return 0;
