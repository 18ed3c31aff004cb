    static int before;
    va_list once, again;

    interrupts_off();
    int first = !before;
    before = 1;

    va_start(once, fmt);
    va_copy(again, once);
    report("pagurus: panic ");
    report_va(fmt, again);
    report("\n");
    if (first) {
        kprintf("panic: ");
        kvprintf(fmt, once);
        kprintf("\nbacktrace:\n");
        backtrace_print((uint64_t)&panic, read_rbp());
        uart_drain();
    }
    va_end(again);
    va_end(once);
    debug_exit(DEBUG_EXIT_PANIC);
