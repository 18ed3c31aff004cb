/* Makes threads and joins them. */
#include <stdio.h>
#include <stdlib.h>

#include "smp/cpu.h"
#include "threads/thread.h"

static volatile unsigned long total;

static void *work(void *argument)
{
    unsigned long n = (unsigned long)argument;
    volatile double x = n;
    for (int i = 0; i < 100000; i++)
        x = x * 1.0000001 + 0.5;
    __atomic_fetch_add(&total, n, __ATOMIC_RELAXED);
    return (void *)(unsigned long)(this_cpu()->number);
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 8;
    static struct thread *threads[10000];
    unsigned long per_cpu[64] = {0};

    for (int i = 0; i < count; i++) {
        threads[i] = thread_spawn(work, (void *)(long)(i + 1), WEIGHT_NORMAL);
        if (!threads[i]) {
            printf("no thread %d\n", i);
            return 1;
        }
    }
    for (int i = 0; i < count; i++) {
        void *cpu;
        if (thread_join(threads[i], &cpu))
            return 1;
        per_cpu[(unsigned long)cpu]++;
    }
    printf("%u CPUs, %d threads, total %lu, %lu ns\n", cpu_count, count, total, clock_now());
    for (unsigned i = 0; i < cpu_count; i++)
        printf(" cpu%u:%lu", i, per_cpu[i]);
    printf("\n");
    return total == (unsigned long)count * (count + 1) / 2 ? 0 : 1;
}
