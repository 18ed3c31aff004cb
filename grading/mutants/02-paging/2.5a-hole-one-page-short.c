/* MUTANT 2.5a: takes a hole that is a page too small. CAUGHT BY: 2.5/million_operations */
    if (low >= high || high - low + PAGE_SIZE < size)
        return 0;
    if (!node)
        return low;
    bool before = node->low > low && node->low - low >= size;
    bool behind = high - node->high >= size;
    if (node->gap < size && !before && !behind)
        return 0;

    vaddr_t found = find_hole(node->child[0], low, node->start < high ? node->start : high, size);
    if (found)
        return found;
    return find_hole(node->child[1], node->end > low ? node->end : low, high, size);
