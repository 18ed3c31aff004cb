/* MUTANT 2.1f: no frames are one frame. CAUGHT BY: 2.1/runs_take_no_more_than_asked */
    unsigned order = 0;
    while (order < FRAME_ORDERS && (1ul << order) < count)
        order++;
    paddr_t address = frame_alloc(order);
    if (address && count)
        frames_shrink_run(address, 1ul << order, count);
    return address;
