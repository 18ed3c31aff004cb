/* MUTANT 1.7a: halts instead of ending the machine. CAUGHT BY: 1.7/status_reaches_the_host */
    uart_drain();
    report("pagurus: exit %d\n", status & 0xff);
    for (;;)
        halt();
