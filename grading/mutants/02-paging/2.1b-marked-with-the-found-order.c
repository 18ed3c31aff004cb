/* MUTANT 2.1b: the used block is marked with the order of what it was split from. CAUGHT BY:
 * 2.1/blocks_of_every_order, 2.1/wrong_order_is_named */
    unsigned found = order, marked;
    while (found < FRAME_ORDERS && !frame_lists[found])
        found++;
    if (found >= FRAME_ORDERS)
        return 0;
    marked = found;

    uint32_t number = frame_lists[found];
    list_remove(number);
    while (found > order) {
        found--;
        list_push(number + (1u << found), found);
    }
    mark_used(number, marked);
    return (paddr_t)number * PAGE_SIZE;
