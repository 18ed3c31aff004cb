    /* Both parts are pieces of memory: the largest blocks of each, as largest_order tells them. */
    uint32_t note = frame_table[head].note, end = head + (1u << frame_table[head].order);

    if (head == number)
        return;
    for (uint32_t at = head; at < end; at += 1u << frame_table[at].order)
        mark_used(at, largest_order(at, (at < number ? number : end) - at));
    frame_table[head].note = note;
