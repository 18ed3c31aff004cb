/* MUTANT 1.7a: ends without a report line. CAUGHT BY: 1.7/status_reaches_the_host */
    uart_drain();
    debug_exit(DEBUG_EXIT_MAIN(status));
