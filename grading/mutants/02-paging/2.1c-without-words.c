/* MUTANT 2.1c: says that something is wrong, but not where. CAUGHT BY:
 * 2.1/double_free_is_named, 2.1/wrong_free_is_named, 2.1/wrong_order_is_named */
    uint64_t number = address / PAGE_SIZE;

    if (address % PAGE_SIZE != 0 || number >= frame_table_count ||
        false)
        panic("frame_free: %#lx heads no block", address);
    if (frame_table[number].state == FRAME_FREE)
        panic("double free");
    if (frame_table[number].order != order)
        panic("wrong order");
