/* MUTANT 3.4d: takes locks of earlier searches for ones where this search has been. CAUGHT BY:
 * 3.4/many_ways_are_searched_once */
    found[count++] = from;
    from->search = 1;
    for (unsigned looked = 0; looked < count; looked++)
        for (struct lock_order *order = found[looked]->orders; order; order = order->next) {
            struct lock_node *after = order->after;
            if (after->search != 0)
                continue;
            after->search = 1;
            after->via = order;
            if (after == to)
                return true;
            found[count++] = after;
        }
    return false;
