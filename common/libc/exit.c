/* The ends of a program, which are the ends of the machine. */
#include <machine.h>
#include <stdlib.h>
#include <unistd.h>

void exit(int status)
{
    machine_exit(status);
}

void _exit(int status)
{
    machine_exit(status);
}

void abort(void)
{
    panic("abort() was called");
}
