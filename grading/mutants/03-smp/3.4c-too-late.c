/* MUTANT 3.4c: remembers first and searches then, and finds what it has just remembered. CAUGHT
 * BY: 3.4/what_is_right_is_not_reported */
    for (unsigned i = 0; i < list->count; i++)
        if (list->held[i].lock == lock)
            report_twice(&list->held[i], trace);

    struct lock_node *after = node_of(lock);
    for (unsigned i = 0; i < list->count; i++) {
        struct lock_node *before = node_of(list->held[i].lock);
        if (known(before, after))
            continue;
        remember(before, after, trace);
        if (leads_to(before, after))
            report_circle(before, after, trace);
    }
