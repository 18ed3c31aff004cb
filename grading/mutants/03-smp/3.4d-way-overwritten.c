/* MUTANT 3.4d: enters the way to a lock again, each time that another one leads there. CAUGHT
 * BY: 3.4/orders_that_make_a_circle[3] */
    found[count++] = from;
    from->search = search;
    bool there = false;
    for (unsigned looked = 0; looked < count; looked++)
        for (struct lock_order *order = found[looked]->orders; order; order = order->next) {
            struct lock_node *after = order->after;
            after->via = found[0]->orders;
            if (after->search != search)
                found[count++] = after;
            after->search = search;
            there |= after == to;
        }
    return there;
