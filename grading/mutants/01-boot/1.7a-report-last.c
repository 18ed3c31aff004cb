/* MUTANT 1.7a: reports when the machine is already gone. CAUGHT BY: 1.7/status_reaches_the_host */
    uart_drain();
    debug_exit(DEBUG_EXIT_MAIN(status));
    report("pagurus: exit %d\n", status & 0xff);
