/* MUTANT 1.7a: reports only what fits into QEMU's own exit status. CAUGHT BY:
 * 1.7/status_reaches_the_host */
    uart_drain();
    report("pagurus: exit %d\n", status & 0x7f);
    debug_exit(DEBUG_EXIT_MAIN(status));
