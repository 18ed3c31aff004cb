/* MUTANT 2.1f: takes the largest block that is not larger than the run. CAUGHT BY:
 * 2.1/runs_take_no_more_than_asked */
    unsigned order = 0;
    while (order < FRAME_ORDERS && (2ul << order) <= count)
        order++;
    paddr_t address = count > 0 ? frame_alloc(order) : 0;

    return address;
