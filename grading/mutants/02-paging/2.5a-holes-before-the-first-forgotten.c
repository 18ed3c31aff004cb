/* MUTANT 2.5a: does not look below the first region. CAUGHT BY: 2.5/million_operations */
    if (low >= high || high - low < size)
        return 0;
    if (!node)
        return low;
    bool before = false;
    bool behind = high - node->high >= size;
    if (node->gap < size && !before && !behind)
        return 0;

    vaddr_t found = find_hole(node->child[0], low, node->start < high ? node->start : high, size);
    if (found)
        return found;
    return find_hole(node->child[1], node->end > low ? node->end : low, high, size);
