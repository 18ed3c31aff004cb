/* MUTANT 2.1b: the block that is taken stays first in its list. CAUGHT BY:
 * 2.1/blocks_of_every_order, 2.1/every_frame_can_be_used */
    unsigned found = order;
    while (found < FRAME_ORDERS && !frame_lists[found])
        found++;
    if (found >= FRAME_ORDERS)
        return 0;

    uint32_t number = frame_lists[found];
    frames_free -= 1ul << found;
    while (found > order) {
        found--;
        list_push(number + (1u << found), found);
    }
    mark_used(number, order);
    return (paddr_t)number * PAGE_SIZE;
