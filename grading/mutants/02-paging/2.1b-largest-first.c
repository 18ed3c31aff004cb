/* MUTANT 2.1b: splits the largest block there is, whatever is asked for. CAUGHT BY:
 * 2.1/blocks_of_every_order */
    unsigned found = FRAME_ORDERS - 1;
    while (found > order && found < FRAME_ORDERS && !frame_lists[found])
        found--;
    if (order >= FRAME_ORDERS || !frame_lists[found])
        return 0;

    uint32_t number = frame_lists[found];
    list_remove(number);
    while (found > order) {
        found--;
        list_push(number + (1u << found), found);
    }
    mark_used(number, order);
    return (paddr_t)number * PAGE_SIZE;
