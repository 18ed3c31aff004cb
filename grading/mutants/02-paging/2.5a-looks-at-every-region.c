/* MUTANT 2.5a: does not use what a node knows of the holes below it. CAUGHT BY:
 * 2.5/holes_are_found_fast */
    if (low >= high || high - low < size)
        return 0;
    if (!node)
        return low;
    bool before = node->low > low && node->low - low >= size;
    bool behind = high - node->high >= size;
    (void)before;
    (void)behind;

    vaddr_t found = find_hole(node->child[0], low, node->start < high ? node->start : high, size);
    if (found)
        return found;
    return find_hole(node->child[1], node->end > low ? node->end : low, high, size);
