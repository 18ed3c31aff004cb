/* MUTANT 1.7a: ends the machine while the UART still sends. CAUGHT BY:
 * 1.7/what_was_printed_arrives */
    report("pagurus: exit %d\n", status & 0xff);
    debug_exit(DEBUG_EXIT_MAIN(status));
