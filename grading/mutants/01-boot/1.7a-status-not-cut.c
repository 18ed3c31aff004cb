/* MUTANT 1.7a: reports all bits of the status. CAUGHT BY: 1.7/status_reaches_the_host */
    uart_drain();
    report("pagurus: exit %d\n", status);
    debug_exit(DEBUG_EXIT_MAIN(status));
