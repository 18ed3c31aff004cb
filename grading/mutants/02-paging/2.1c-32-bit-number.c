/* MUTANT 2.1c: the number of the frame is cut to 32 bits. CAUGHT BY:
 * 2.1/wrong_free_is_named[wraps-32-bits] */
    uint32_t number = address / PAGE_SIZE;

    if (address % PAGE_SIZE != 0 || number >= frame_table_count ||
        (frame_table[number].state != FRAME_FREE && frame_table[number].state != FRAME_USED))
        panic("frame_free: %#lx heads no block", address);
    if (frame_table[number].state == FRAME_FREE)
        panic("frame_free: %#lx is free already", address);
    if (frame_table[number].order != order)
        panic("frame_free: %#lx is of order %u, not %u", address, frame_table[number].order, order);
