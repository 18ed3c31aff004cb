/*
 * MUTANT 3.4c: believes that there is a node for every lock.
 * CAUGHT BY: 3.4/more_locks_than_there_is_room_for
 */
    for (unsigned i = 0; i < list->count; i++)
        if (list->held[i].lock == lock)
            report_twice(&list->held[i], trace);

    struct lock_node *after = node_of(lock);
    for (unsigned i = 0; i < list->count; i++) {
        struct lock_node *before = node_of(list->held[i].lock);
        if (known(before, after))
            continue;
        if (leads_to(after, before))
            report_circle(before, after, trace);
        remember(before, after, trace);
    }
