/* MUTANT 1.7b: a panic inside a panic starts over. CAUGHT BY: 1.7/panic_in_a_panic_ends */
    va_list arguments;

    interrupts_off();
    {
        va_start(arguments, fmt);
        kprintf("panic: ");
        kvprintf(fmt, arguments);
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
