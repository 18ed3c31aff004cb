/* MUTANT 2.1f: the count is cut to 32 bits. CAUGHT BY: 2.1/runs_take_no_more_than_asked */
    count = (uint32_t)count;
    unsigned order = 0;
    while (order < FRAME_ORDERS && (1ul << order) < count)
        order++;
    paddr_t address = count > 0 ? frame_alloc(order) : 0;
    if (address)
        frames_shrink_run(address, 1ul << order, count);
    return address;
