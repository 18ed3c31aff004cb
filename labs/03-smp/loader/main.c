/* The loader in four steps: a console, the machine's description, the image, and into it. */
#include "kprintf.h"
#include "types.h"

#include "kernel/uart.h"
#include "loader/from_multiboot.h"
#include "loader/image.h"
#include "loader/refuse.h"

_Noreturn void loader_main(uint32_t magic, paddr_t information);

static struct boot_info info;

void loader_main(uint32_t magic, paddr_t information)
{
    const char *field = "";

    uart_init();
    kprintf("loader: in long mode\n");

    struct boot_module file;
    int error = boot_info_build(&info, magic, information, &file, &field);
    if (error)
        loader_refuse("the boot information", field, error);
    kprintf("loader: %lu KiB free, %u modules\n", boot_info_free(&info) / 1024, info.module_count);

    struct image image;
    error = image_load(&info, &file, &image, &field);
    if (error)
        loader_refuse((const char *)info.image_name, field, error);
    kprintf("loader: entering %s at %#lx\n", (const char *)info.image_name, image.entry);
    uart_drain(); /* the kernel sets the line up anew */

    image_enter(&info, image.entry, image.pml4);
}
