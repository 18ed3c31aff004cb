/* MUTANT 3.8c: writes down one page more than there is room for. CAUGHT BY:
 * 3.8/one_request_for_many_pages */
    if (count <= SHOOTDOWN_PAGES)
        pages[count++] = address;
    else
        count = SHOOTDOWN_PAGES + 1;
