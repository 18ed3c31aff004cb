/* MUTANT 3.4d: goes all ways there are, one after the other: three to the power of twenty.
 * CAUGHT BY: 3.4/many_ways_are_searched_once */
    if (from == to)
        return true;
    for (struct lock_order *order = from->orders; order; order = order->next)
        if (leads_to(order->after, to)) {
            order->after->via = order;
            return true;
        }
    return false;
