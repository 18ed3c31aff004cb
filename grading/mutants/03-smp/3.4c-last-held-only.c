/* MUTANT 3.4c: an order begins with the last lock only. CAUGHT BY: 3.4/orders_with_several_held */
    for (unsigned i = 0; i < list->count; i++)
        if (list->held[i].lock == lock)
            report_twice(&list->held[i], trace);

    struct lock_node *after = node_of(lock);
    for (unsigned i = list->count; i > 0 && i == list->count; i--) {
        struct lock_node *before = node_of(list->held[i - 1].lock);
        if (!before || !after) {
            full = true;
            return;
        }
        if (known(before, after))
            continue;
        if (leads_to(after, before))
            report_circle(before, after, trace);
        remember(before, after, trace);
    }
