    /* With its buddy a block becomes a used one of the next order, which is given back in turn. */
    uint32_t number = address / PAGE_SIZE, half = 1u << order;
    uint32_t buddy = number & half ? number - half : number + half;
    bool whole = order < FRAME_ORDERS - 1 && buddy < frame_table_count &&
                 frame_table[buddy].state == FRAME_FREE && frame_table[buddy].order == order;

    if (!whole) {
        list_push(number, order);
        return;
    }
    list_remove(buddy);
    frame_table[number].state = 0;
    if (buddy < number)
        number = buddy;
    mark_used(number, order + 1);
    frame_free((paddr_t)number * PAGE_SIZE, order + 1);
