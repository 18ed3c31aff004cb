/* MUTANT 1.7a: shifts the value as QEMU itself does. CAUGHT BY: 1.7/status_reaches_the_host */
    uart_drain();
    report("pagurus: exit %d\n", status & 0xff);
    debug_exit(DEBUG_EXIT_MAIN(status) << 1 | 1);
