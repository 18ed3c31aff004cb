/* MUTANT 2.1a: clears the entries of all frames first. CAUGHT BY:
 * 2.1/set_up_touches_no_entry_without_need */
    frames_total += count;
    for (uint32_t i = 0; i < count; i++)
        frame_table[first + i] = (struct frame){0};
    while (count > 0) {
        unsigned order = largest_order(first, count);
        list_push(first, order);
        first += 1u << order;
        count -= 1u << order;
    }
