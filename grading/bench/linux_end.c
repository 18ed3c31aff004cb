/* In the Linux guest a program is pid 1, which must not end: it turns the machine off instead. */
#include <sys/reboot.h>
#include <unistd.h>

__attribute__((destructor)) static void power_off(void)
{
    if (getpid() == 1)
        reboot(RB_POWER_OFF);
}
