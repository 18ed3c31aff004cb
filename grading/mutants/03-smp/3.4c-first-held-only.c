/* MUTANT 3.4c: compares with the lock that was taken first. CAUGHT BY: 3.4/a_lock_taken_twice */
    if (list->count > 0 && list->held[0].lock == lock)
        report_twice(&list->held[0], trace);

    struct lock_node *after = node_of(lock);
    for (unsigned i = 0; i < list->count; i++) {
        struct lock_node *before = node_of(list->held[i].lock);
        if (before == after || known(before, after))
            continue;
        if (leads_to(after, before))
            report_circle(before, after, trace);
        remember(before, after, trace);
    }
