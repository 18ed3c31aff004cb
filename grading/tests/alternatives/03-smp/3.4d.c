    /* Depth first, with a stack; nodes are marked when they are put onto it. */
    from->search = search;
    found[count++] = from;
    while (count > 0) {
        struct lock_node *node = found[--count];
        if (node == to)
            return true;
        for (struct lock_order *order = node->orders; order; order = order->next)
            if (order->after->search != search) {
                order->after->search = search;
                order->after->via = order;
                found[count++] = order->after;
            }
    }
    return false;
