    struct lock_node *after = node_of(lock);

    /* The last first: a lock that is taken twice is mostly the last one. */
    for (unsigned i = list->count; i-- > 0;)
        if (list->held[i].lock == lock)
            report_twice(&list->held[i], trace);
    for (unsigned i = list->count; after && i-- > 0;) {
        struct lock_node *before = node_of(list->held[i].lock);
        if (before && !known(before, after)) {
            if (leads_to(after, before))
                report_circle(before, after, trace);
            remember(before, after, trace);
        }
        full |= !before;
    }
    full |= !after;
