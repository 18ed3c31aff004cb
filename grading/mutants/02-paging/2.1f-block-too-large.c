/* MUTANT 2.1f: a power of two takes a block of twice its size. CAUGHT BY:
 * 2.1/runs_take_no_more_than_asked */
    unsigned order = 0;
    while (order < FRAME_ORDERS && (1ul << order) <= count)
        order++;
    paddr_t address = count > 0 ? frame_alloc(order) : 0;
    if (address)
        frames_shrink_run(address, 1ul << order, count);
    return address;
