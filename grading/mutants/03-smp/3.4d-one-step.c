/* MUTANT 3.4d: finds an order that leads back at once, but no way of several. CAUGHT BY:
 * 3.4/orders_that_make_a_circle[3] */
    for (struct lock_order *order = from->orders; order; order = order->next)
        if (order->after == to) {
            to->via = order;
            return true;
        }
    return false;
