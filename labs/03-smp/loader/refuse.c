/* How the loader gives up: one sentence that names the field at fault, and the machine ends. */
#include "loader/refuse.h"

#include <string.h>

#include "kprintf.h"
#include "report.h"

void loader_refuse(const char *what, const char *field, int error)
{
    kprintf("loader: refused %s: %s: %s\n", what, field, strerror(-error));
    report("pagurus: refused %s\n", field);
    debug_exit(DEBUG_EXIT_REFUSED);
}
