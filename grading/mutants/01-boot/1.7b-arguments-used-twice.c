/* MUTANT 1.7b: uses the arguments a second time without starting over. CAUGHT BY:
 * 1.7/panic_says_what_and_where */
    static int depth;
    va_list arguments;

    interrupts_off();
    va_start(arguments, fmt);
    if (depth++ == 0) {
        kprintf("panic: ");
        kvprintf(fmt, arguments);
        kprintf("\nbacktrace:\n");
        backtrace_print((uint64_t)panic, read_rbp());
        uart_drain();
    }
    report("pagurus: panic ");
    report_va(fmt, arguments);
    report("\n");
    va_end(arguments);
    debug_exit(DEBUG_EXIT_PANIC);
