/* MUTANT 3.4c: looks for a circle first: a lock that is held comes before itself. CAUGHT BY:
 * 3.4/a_lock_taken_twice */
    struct lock_node *after = node_of(lock);

    for (unsigned i = 0; i < list->count; i++) {
        struct lock_node *before = node_of(list->held[i].lock);
        if (known(before, after))
            continue;
        if (before == after || leads_to(after, before))
            report_circle(before, after, trace);
        remember(before, after, trace);
    }
