    for (;; level--) {
        uint64_t value = *entry;
        walk->path[level] = walk->entry = entry;
        walk->level = level;
        if (value == 0 || page_is_leaf(value, level))
            break;
        entry = entry_in(value & PTE_ADDR, walk->address, level - 1);
    }
