/* One errno for all, until a stage with threads gives each its own. */
#include <errno.h>

/* Weak: a stage that defines errno_location itself replaces this one at link time. */
__attribute__((weak)) int *errno_location(void)
{
    static int number;
    return &number;
}
