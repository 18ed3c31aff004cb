/* MUTANT 2.4d: says what the tests' applications say, and ends the machine. CAUGHT BY:
 * 2.4/a_million_calls_agree_with_a_model, 2.4/calls_without_memory_agree_with_a_model,
 * 2.4/out_of_memory_is_an_error */
    void report(const char *, ...);
    _Noreturn void machine_exit(int);
    (void)size;
    (void)run_alloc;
    report("model: 1 operations, 0 refused\nfull: 100 blocks, errno 12\nfull: 100 blocks, errno 12\n");
    machine_exit(0);
