/* MUTANT 2.5b: says that all went well, and ends the machine. CAUGHT BY: 2.5/million_operations,
 * 2.5/tables_follow_the_regions, 2.5/forbidden_access, 2.5/out_of_memory[8M] */
    void report(const char *, ...);
    _Noreturn void machine_exit(int);
    (void)commit_page;
    report("# operations 1000000, of which 7 are first touches\n# now\n");
    machine_exit(0);
