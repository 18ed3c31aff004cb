/* MUTANT 2.1d: two blocks of 1 GiB become one. CAUGHT BY:
 * 2.1/merging_ends_at_the_edges_of_memory */
    uint32_t number = address / PAGE_SIZE;

    frame_table[number].state = 0;
    while (order < FRAME_ORDERS) {
        uint32_t buddy = number ^ (1u << order);
        if (buddy >= frame_table_count || frame_table[buddy].state != FRAME_FREE ||
            frame_table[buddy].order != order)
            break;
        list_remove(buddy);
        number &= ~(1u << order);
        order++;
    }
    list_push(number, order);
