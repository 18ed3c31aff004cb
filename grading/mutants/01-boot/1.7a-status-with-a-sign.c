/* MUTANT 1.7a: reports the status as a signed byte. CAUGHT BY: 1.7/status_reaches_the_host */
    uart_drain();
    report("pagurus: exit %d\n", (signed char)status);
    debug_exit(DEBUG_EXIT_MAIN(status));
