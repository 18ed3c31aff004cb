/* MUTANT 2.5a: lets a hole begin below where the search begins. CAUGHT BY:
 * 2.5/holes_are_found_fast */
    if (low >= high || high - low < size)
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
    return find_hole(node->child[1], node->end, high, size);
