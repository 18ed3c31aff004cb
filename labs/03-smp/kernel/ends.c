/* How a machine ends when it ends in order: with a status, or with a panic. */
#include "machine.h"

#include <stdarg.h>

#include "exercise.h"
#include "kprintf.h"
#include "report.h"
#include "x86.h"

#include "kernel/backtrace.h"
#include "kernel/uart.h"
#include "smp/stop.h"

/*
 * Contract: machine.h. What was written to the console must have left the UART before the machine
 * is gone. Then the report line `pagurus: exit N` with N = status & 0xff in decimal, and the debug
 * exit with DEBUG_EXIT_MAIN(N) (report.h).
 */
void machine_exit(int status)
{
    cpus_stop_others();
    /* EXERCISE 1.7a (10 points): end with a status. */
    uart_drain();
    report("pagurus: exit %d\n", status & 0xff);
    debug_exit(DEBUG_EXIT_MAIN(status));
    /* END EXERCISE 1.7a */
}

/*
 * Contract: machine.h. The console shows "panic: " and the text on a line, "backtrace:" on the
 * next, and then the backtrace: start it at `panic` itself with this function's frame pointer
 * (read_rbp). The report line is "pagurus: panic " and the text; the debug exit
 * is DEBUG_EXIT_PANIC. Interrupts stay off from the first instruction on. A panic inside a panic
 * prints nothing on the console: report line, debug exit.
 */
void panic(const char *fmt, ...)
{
    cpus_stop_others();
    /* EXERCISE 1.7b (10 points): give up, and say where. */
    static int depth;
    va_list arguments;

    interrupts_off();
    if (depth++ == 0) {
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
    /* END EXERCISE 1.7b */
}
