/* MUTANT 2.1d: a block that has become the upper half of another is still marked as used.
 * CAUGHT BY: 2.1/double_free_is_named[merged-into-the-lower] */
    uint32_t number = address / PAGE_SIZE;

    (void)0;
    while (order + 1 < FRAME_ORDERS) {
        uint32_t buddy = number ^ (1u << order);
        if (buddy >= frame_table_count || frame_table[buddy].state != FRAME_FREE ||
            frame_table[buddy].order != order)
            break;
        list_remove(buddy);
        number &= ~(1u << order);
        order++;
    }
    list_push(number, order);
