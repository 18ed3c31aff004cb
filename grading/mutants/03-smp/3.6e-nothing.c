/* MUTANT 3.6e: whoever is on a full CPU stays there. CAUGHT BY: 3.6/shares_across_processors */
    (void)cpu;
