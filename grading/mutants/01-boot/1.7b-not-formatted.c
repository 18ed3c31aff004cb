/* MUTANT 1.7b: prints the format as it stands. CAUGHT BY: 1.7/panic_says_what_and_where */
    static int depth;
    va_list arguments;

    interrupts_off();
    if (depth++ == 0) {
        va_start(arguments, fmt);
        kprintf("panic: ");
        kprintf("%s", fmt);
        kprintf("\nbacktrace:\n");
        va_end(arguments);
        backtrace_print((uint64_t)panic, read_rbp());
        uart_drain();
    }

    va_start(arguments, fmt);
    report("pagurus: panic ");
    report_va(fmt, arguments);
    report("\n");
    va_end(arguments);
    debug_exit(DEBUG_EXIT_PANIC);
