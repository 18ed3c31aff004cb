/* What the code under test asks of its machine: memory, the loader's place, two ways to give up. */
#include "machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "exercise.h"
#include "fake_machine.h"
#include "physical.h"

uint8_t *host_memory;
paddr_t host_memory_base;
uint64_t host_memory_size;

/* The loader lies at these host addresses, far from the memory that plays the machine's. */
__asm__(".bss\n.balign 4096\n"
        ".globl loader_start, loader_bss_end\n"
        "loader_start: .skip 3 * 4096 + 40\n"
        "loader_bss_end: .skip 4096\n"
        ".text\n");

jmp_buf panic_target;
char panic_text[200];

void panic(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(panic_text, sizeof panic_text, fmt, ap);
    va_end(ap);
    longjmp(panic_target, 1);
}

void exercise_todo(const char *exercise)
{
    printf("# exercise %s is not done yet\n", exercise);
    fflush(stdout);
    _exit(HOST_NOT_DONE);
}
