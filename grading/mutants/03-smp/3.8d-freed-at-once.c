/* MUTANT 3.8d: frees a table while others may be walking through it. CAUGHT BY:
 * 3.8/tables_outlive_the_request */
    frame_free(frame, order);
