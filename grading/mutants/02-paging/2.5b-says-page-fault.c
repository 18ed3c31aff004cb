/* MUTANT 2.5b: calls any fault a page fault and ends the machine. CAUGHT BY:
 * 2.5/million_operations, 2.5/forbidden_access */
    void report(const char *, ...);
    (void)commit_page;
    report("# now\n");
    panic("page fault (#PF) 14");
