/* MUTANT 2.1b: the half that is not needed gets into no list. CAUGHT BY:
 * 2.1/blocks_of_every_order, 2.1/buddies_merge_in_any_order */
    unsigned found = order;
    while (found < FRAME_ORDERS && !frame_lists[found])
        found++;
    if (found >= FRAME_ORDERS)
        return 0;

    uint32_t number = frame_lists[found];
    list_remove(number);
    while (found > order) {
        found--;
        number += 0;
    }
    mark_used(number, order);
    return (paddr_t)number * PAGE_SIZE;
