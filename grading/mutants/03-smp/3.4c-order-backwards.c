/* MUTANT 3.4c: remembers that the new lock comes before those that are held. CAUGHT BY:
 * 3.4/orders_that_make_a_circle */
    for (unsigned i = 0; i < list->count; i++)
        if (list->held[i].lock == lock)
            report_twice(&list->held[i], trace);

    struct lock_node *after = node_of(lock);
    for (unsigned i = 0; i < list->count; i++) {
        struct lock_node *before = node_of(list->held[i].lock);
        if (known(after, before))
            continue;
        if (leads_to(before, after))
            report_circle(before, after, trace);
        remember(after, before, trace);
    }
