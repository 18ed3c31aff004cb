/* MUTANT 3.6i: never. CAUGHT BY: 3.6/shares_go_by_priority */
    (void)frame;
