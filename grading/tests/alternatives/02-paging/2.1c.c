    const struct frame *frame = NULL;

    if ((address & (PAGE_SIZE - 1)) == 0 && address < (paddr_t)frame_table_count * PAGE_SIZE)
        frame = frame_table + address / PAGE_SIZE;
    switch (frame ? frame->state : 0) {
    case FRAME_USED:
        if (frame->order == order)
            return;
        panic("frame_free: %#lx is of order %u, not %u", address, frame->order, order);
    case FRAME_FREE:
        panic("frame_free: %#lx is free already", address);
    default:
        panic("frame_free: %#lx heads no block", address);
    }
