/* MUTANT 3.8c: asks the others at once, for each page. CAUGHT BY: 3.8/one_request_for_many_pages */
    static vaddr_t one;

    one = address;
    shootdown(&one, 1);
