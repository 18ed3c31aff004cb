/* Reaching an exercise that is not done ends the machine in order. */
#include "exercise.h"

#include "machine.h"
#include "report.h"
#include "uart16550.h"
#include "x86.h"

/* Says a text up to `end`. The console is an exercise itself: this writes to the port as it is. */
static void say(const char *text, char end)
{
    while (*text && *text != end)
        out8(COM1 + UART_THR, *text++);
}

/* Weak: a stage with several processors replaces it. */
__attribute__((weak)) void cpus_stop_others(void)
{
}

void exercise_todo(const char *place)
{
    cpus_stop_others();
    say("exercise ", '\0');
    say(place, ' ');
    say(" is not done yet\r\n", '\0');
    report("pagurus: todo %s\n", place);
    debug_exit(DEBUG_EXIT_TODO);
}
