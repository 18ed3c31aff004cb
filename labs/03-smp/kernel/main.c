/* The kernel from its entry to the application's main, and from main to the end. */
#include "kernel/boot.h"

#include <stddef.h>

#include "machine.h"

#include "kernel/arguments.h"
#include "kernel/traps.h"
#include "kernel/uart.h"
#include "mm/mm.h"
#include "smp/smp.h"
#include "threads/fpu.h"
#include "threads/thread.h"
#include "mm/stacks.h"
#include "x86.h"

const struct boot_info *boot_info;

_Noreturn void kernel_main(const struct boot_info *info);
int main(int argc, char **argv);

/* On a stack of its own: the application. */
static void application(void)
{
    smp_init();
    static char *argv[ARGUMENTS_MAX + 1];
    int argc = arguments_split(boot_pointer(boot_info->image_name),
                               boot_pointer(boot_info->command_line), argv);

    machine_exit(main(argc, argv)); /* the application's status is the machine's */
}

void kernel_main(const struct boot_info *info)
{
    write_msr(MSR_GS_BASE, 0); /* whatever whoever booted us has left there is no struct cpu */
    uart_init();
    if (info->magic != BOOT_INFO_MAGIC || info->version != BOOT_INFO_VERSION)
        panic("boot_info: magic %#lx, version %u; this kernel knows version %u", info->magic,
              info->version, BOOT_INFO_VERSION);
    traps_init();
    fpu_enable(); /* soon: QEMU translates anew what ran without AVX before */
    mm_init(info);
    boot_info = boot_pointer((paddr_t)info);
    stack_enter(thread_stack->top, application);
}
