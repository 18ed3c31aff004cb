/* MUTANT 2.1d: the block that was given back heads the merged one, also when it is the upper
 * half. CAUGHT BY: 2.1/buddies_merge_in_any_order, 2.1/blocks_of_every_order */
    uint32_t number = address / PAGE_SIZE;

    frame_table[number].state = 0;
    while (order + 1 < FRAME_ORDERS) {
        uint32_t buddy = number ^ (1u << order);
        if (buddy >= frame_table_count || frame_table[buddy].state != FRAME_FREE ||
            frame_table[buddy].order != order)
            break;
        list_remove(buddy);

        order++;
    }
    list_push(number, order);
