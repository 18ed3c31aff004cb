/* MUTANT 2.1f: keeps the whole block, also what was not asked for. CAUGHT BY:
 * 2.1/runs_take_no_more_than_asked */
    unsigned order = 0;
    while (order < FRAME_ORDERS && (1ul << order) < count)
        order++;
    paddr_t address = count > 0 ? frame_alloc(order) : 0;

    return address;
