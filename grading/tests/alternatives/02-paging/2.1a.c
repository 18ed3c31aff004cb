    /* Grow the blocks from the start until they are the largest, then let them shrink to the end. */
    uint32_t at = first, end = first + count;
    unsigned order = 0;

    frames_total += count;
    for (; at < end && order < FRAME_ORDERS - 1; order++) {
        if (end - at < 1u << order)
            break;
        if (at & 1u << order) {
            list_push(at, order);
            at += 1u << order;
        }
    }
    while (at < end) {
        for (; end - at >= 1u << order && order < FRAME_ORDERS; at += 1u << order)
            list_push(at, order);
        order--;
    }
