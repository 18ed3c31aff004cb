/* MUTANT 2.2c: empty tables stay. CAUGHT BY: 2.2/operations_agree_with_a_model[pages_of_1_gib],
 * 2.2/largest_pages_are_used, 2.2/no_memory_changes_nothing */
    return;
