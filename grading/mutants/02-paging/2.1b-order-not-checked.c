/* MUTANT 2.1b: an order that does not exist reads behind the lists. CAUGHT BY:
 * 2.1/blocks_of_every_order */
    unsigned found = order;
    while (found < FRAME_ORDERS && !frame_lists[found])
        found++;
    if (found == FRAME_ORDERS)
        return 0;

    uint32_t number = frame_lists[found];
    list_remove(number);
    while (found > order) {
        found--;
        list_push(number + (1u << found), found);
    }
    mark_used(number, order);
    return (paddr_t)number * PAGE_SIZE;
