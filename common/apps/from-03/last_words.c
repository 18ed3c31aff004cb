/* Two processors that end the machine at the same moment: by exit, todo, panic or fault. */
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "exercise.h"
#include "machine.h"
#include "x86.h"

static volatile int here;

static void *end(void *how)
{
    __atomic_fetch_add(&here, 1, __ATOMIC_SEQ_CST);
    while (here < 2)
        pause();
    if (strcmp(how, "exit") == 0)
        exit(5);
    if (strcmp(how, "todo") == 0)
        TODO("9.9");
    if (strcmp(how, "panic") == 0)
        panic("the end");
    interrupts_off(); /* the other one cannot stop this */
    *(volatile char *)NULL = 0;
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    if (argc != 2 || pthread_create(&thread, NULL, end, argv[1]))
        return 1;
    end(argv[1]);
    return 2;
}
