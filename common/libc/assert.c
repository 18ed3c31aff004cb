/* The end of a program whose assertion does not hold. */
#include <assert.h>
#include <machine.h>

void assert_failed(const char *condition, const char *file, int line, const char *function)
{
    panic("%s:%d: %s: assertion failed: %s", file, line, function, condition);
}
