/* MUTANT 3.4d: follows the first order of each lock. CAUGHT BY:
 * 3.4/orders_that_make_a_circle[3] */
    for (struct lock_node *at = from; at->orders && at->search != search;) {
        struct lock_order *order = at->orders;
        at->search = search;
        order->after->via = order;
        at = order->after;
        if (at == to)
            return true;
    }
    return false;
