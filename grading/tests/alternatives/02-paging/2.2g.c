    struct page_walk walk;
    page_walk(tables->root, address, &walk);
    uint64_t entry = *walk.entry;
    uint64_t size = page_size(walk.level);

    if (entry != 0) {
        mapping->size = size;
        mapping->address = address - address % size;
        mapping->target = entry_target(entry, walk.level);
        mapping->flags = entry_flags(entry);
    }
    return entry != 0;
