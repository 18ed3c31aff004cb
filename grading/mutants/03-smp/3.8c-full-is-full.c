/* MUTANT 3.8c: forgets pages when there is no more room. CAUGHT BY:
 * 3.8/pages_are_exchanged_for_all */
    if (count < SHOOTDOWN_PAGES)
        pages[count++] = address;
