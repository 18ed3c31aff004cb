/* One call's text stays together, once a stage has several threads. */
#include <machine.h>

/* Weak: a stage that defines these itself replaces them at link time. */
__attribute__((weak)) void console_hold(void)
{
}

__attribute__((weak)) void console_release(void)
{
}
