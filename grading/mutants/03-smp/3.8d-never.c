/* MUTANT 3.8d: keeps the tables of a machine with several processors. CAUGHT BY:
 * 3.8/tables_outlive_the_request */
    if (!smp_active)
        frame_free(frame, order);
