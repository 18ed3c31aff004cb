/* MUTANT 2.1c: what is not free is taken for a used block. CAUGHT BY:
 * 2.1/wrong_free_is_named[inside-used], 2.1/wrong_free_is_named[never-handed-in],
 * 2.1/double_free_is_named[merged] */
    uint64_t number = address / PAGE_SIZE;

    if (address % PAGE_SIZE != 0 || number >= frame_table_count ||
        false)
        panic("frame_free: %#lx heads no block", address);
    if (frame_table[number].state == FRAME_FREE)
        panic("frame_free: %#lx is free already", address);
    if (frame_table[number].order != order)
        panic("frame_free: %#lx is of order %u, not %u", address, frame_table[number].order, order);
