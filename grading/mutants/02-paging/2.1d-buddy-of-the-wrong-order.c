/* MUTANT 2.1d: merges with a buddy of which only a part is free. CAUGHT BY:
 * 2.1/buddies_merge_in_any_order, 2.1/a_million_random_operations */
    uint32_t number = address / PAGE_SIZE;

    frame_table[number].state = 0;
    while (order + 1 < FRAME_ORDERS) {
        uint32_t buddy = number ^ (1u << order);
        if (buddy >= frame_table_count || frame_table[buddy].state != FRAME_FREE)
            break;
        list_remove(buddy);
        number &= ~(1u << order);
        order++;
    }
    list_push(number, order);
