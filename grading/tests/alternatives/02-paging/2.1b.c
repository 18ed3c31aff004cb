    /* A block is half of the next larger one: take that, the same way, and let go of its half. */
    if (order >= FRAME_ORDERS)
        return 0;
    if (frame_lists[order] == 0) {
        paddr_t whole = order + 1 < FRAME_ORDERS ? frame_alloc(order + 1) : 0;
        if (whole == 0)
            return 0;
        uint32_t half = 1u << order;
        list_push(whole / PAGE_SIZE + half, order);
        mark_used(whole / PAGE_SIZE, order);
        return whole;
    }
    uint32_t number = frame_lists[order];
    list_remove(number);
    mark_used(number, order);
    return number * (paddr_t)PAGE_SIZE;
