/* MUTANT 3.8c: never remembers which pages: everything is flushed. CAUGHT BY:
 * 3.8/one_request_for_many_pages */
    count = SHOOTDOWN_PAGES + 1;
