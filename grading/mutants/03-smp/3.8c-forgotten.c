/* MUTANT 3.8c: flushes on this processor only. CAUGHT BY: 3.8/a_page_in_use_is_taken_away,
 * 3.8/pages_are_exchanged_for_all */
    (void)pages;
