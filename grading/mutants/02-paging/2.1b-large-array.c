/* MUTANT 2.1b: notes what it has split in an array that is larger than the room on the stack.
 * CAUGHT BY: 2.5/growth_does_not_come_between */
    volatile uint32_t split[1500];
    unsigned found = order, count = 0;
    while (found < FRAME_ORDERS && !frame_lists[found])
        found++;
    if (found >= FRAME_ORDERS)
        return 0;

    uint32_t number = frame_lists[found];
    list_remove(number);
    while (found > order) {
        found--;
        split[count++] = number + (1u << found);
    }
    for (unsigned i = 0; i < count; i++)
        list_push(split[i], order + count - 1 - i);
    mark_used(number, order);
    return (paddr_t)number * PAGE_SIZE;
