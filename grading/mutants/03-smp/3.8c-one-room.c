/* MUTANT 3.8c: keeps the last page only. CAUGHT BY: 3.8/one_request_for_many_pages,
 * 3.8/pages_are_exchanged_for_all */
    pages[0] = address;
    count = 1;
