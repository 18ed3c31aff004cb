/*
 * What threads cost: `thread_cost WHAT [THREADS [WORK]]`, for make bench.
 *
 *   create      pthread_create and pthread_join, one thread after the other
 *   yield       two threads that give way to each other: each time is a switch
 *   mutex       lock and unlock, and nobody else wants it
 *   contended   THREADS threads that all want one mutex; each has it for WORK turns of a loop, and
 *               then does without for as many
 *   pingpong    two threads, a mutex and two condition variables; `cpus` 2: each on its own CPU
 *   sleep       how much longer than asked for nanosleep takes
 *   heap        malloc and free in THREADS threads
 *   pi          a number computed by THREADS threads
 *
 * The same source runs as a static program on Linux, so it uses nothing but what both have. The
 * clock is the TSC, which counts instructions of all processors under QEMU's -icount; `loop` shows
 * that it does. What is told is a total and a number of operations.
 */
#define _GNU_SOURCE
#if __has_include(<sys/prctl.h>)
#include <sys/prctl.h>
#define ON_LINUX
#endif
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "x86.h"

#define THREADS_MAX 64
#define TURNS       1000000
#define BLOCKS      256 /* of each thread, half of them live at a time */
#define SMALLEST    16u
#define DOUBLINGS   7 /* from the smallest size up to 2 KiB */

void known_loop(uint64_t turns); /* thread_cost_loop.asm: 2 * turns + 1 instructions */

static unsigned thread_count = 2;
static uint64_t work = 10;
static pthread_barrier_t gate; /* for all threads */

static void result(const char *name, uint64_t count)
{
    printf("%s %lu\n", name, (unsigned long)count);
}

/* ---- threads that begin and end together ----------------------------------------------------- */

/* Asks for a CPU of its own; our kernel lets a thread stay where it is woken without being asked. */
static void stay_on(unsigned number)
{
#ifdef ON_LINUX
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(number, &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus); /* with one CPU there is no other, and this fails */
#else
    (void)number;
#endif
}

/* When the first thread passed the gate, and when the last one was done. */
static uint64_t began[THREADS_MAX], done[THREADS_MAX];

static void begin(void *number)
{
    pthread_barrier_wait(&gate);
    began[(uintptr_t)number] = read_tsc();
}

static void *end(void *number)
{
    done[(uintptr_t)number] = read_tsc();
    return NULL;
}

/* Runs `function(number)` in each of `thread_count` threads, and tells how long all took. */
static void together(const char *name, void *function(void *), uint64_t operations)
{
    pthread_t threads[THREADS_MAX];

    pthread_barrier_init(&gate, NULL, thread_count);
    for (uintptr_t i = 0; i < thread_count; i++)
        if (pthread_create(&threads[i], NULL, function, (void *)i)) {
            printf("failed: pthread_create\n");
            exit(1);
        }
    uint64_t first = UINT64_MAX, last = 0;
    for (unsigned i = 0; i < thread_count; i++) {
        pthread_join(threads[i], NULL);
        first = began[i] < first ? began[i] : first;
        last = done[i] > last ? done[i] : last;
    }
    result("operations", operations * thread_count);
    result(name, last - first);
}

/* ---- each of them ---------------------------------------------------------------------------- */

static void *nothing(void *argument)
{
    return argument;
}

static void create(void)
{
    enum { COUNT = 2000, FIRST = 50 };
    uint64_t start = 0;

    for (int i = -FIRST; i < COUNT; i++) { /* the first ones also fill what is kept for later */
        pthread_t thread;
        if (i == 0)
            start = read_tsc();
        if (pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL)) {
            printf("failed: pthread_create\n");
            exit(1);
        }
    }
    uint64_t stop = read_tsc();
    result("operations", COUNT);
    result("create", stop - start);
}

static uintptr_t volatile who; /* ran last */
static uint64_t volatile switches;

static void *yielding(void *number)
{
    begin(number);
    for (int i = 0; i < 20000; i++) {
        if (who != (uintptr_t)number) {
            who = (uintptr_t)number;
            switches = switches + 1;
        }
        sched_yield();
    }
    return end(number);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void uncontended(void)
{
    enum { COUNT = 1000000 };
    uint64_t start = read_tsc();

    for (int i = 0; i < COUNT; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    uint64_t stop = read_tsc();
    result("operations", COUNT);
    result("mutex", stop - start);
}

enum { CONTENTIONS = 100000 };
static struct { /* side by side on every system: it costs time to fetch another line of memory */
    pthread_mutex_t mutex;
    uint64_t volatile counter;
} wanted __attribute__((aligned(64))) = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void *contending(void *number)
{
    begin(number);
    for (int i = 0; i < CONTENTIONS; i++) {
        pthread_mutex_lock(&wanted.mutex);
        wanted.counter = wanted.counter + 1;
        known_loop(work);
        pthread_mutex_unlock(&wanted.mutex);
        known_loop(work);
    }
    return end(number);
}

enum { ROUNDS = 20000 };
static pthread_cond_t turns[2] = {PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER};
static unsigned turn;
static unsigned cpu_of[2]; /* where each was in its last round */
static unsigned apart;     /* rounds that found the other one elsewhere */

static void *playing(void *argument)
{
    unsigned me = (uintptr_t)argument;

    stay_on(me);
    begin(argument);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        while (turn != me)
            pthread_cond_wait(&turns[me], &mutex);
        cpu_of[me] = cpuid(1, 0).ebx >> 24;
        apart += cpu_of[0] != cpu_of[1];
        turn = !me;
        pthread_cond_signal(&turns[!me]);
        pthread_mutex_unlock(&mutex);
    }
    return end(argument);
}

static void sleeping(void)
{
    enum { COUNT = 200, NANOSECONDS = 100000 };
    const struct timespec time = {.tv_nsec = NANOSECONDS};

#ifdef ON_LINUX
    prctl(PR_SET_TIMERSLACK, 1ul); /* or it is 50 µs late on purpose */
#endif
    nanosleep(&time, NULL);
    uint64_t start = read_tsc();
    for (int i = 0; i < COUNT; i++)
        nanosleep(&time, NULL);
    uint64_t stop = read_tsc();
    result("operations", COUNT);
    result("asked", (uint64_t)COUNT * NANOSECONDS);
    result("sleep", stop - start);
}

/* Marsaglia's xorshift: the same numbers on every system. */
static uint64_t chance(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

enum { CALLS = 100000 };

static void *allocating(void *number)
{
    uint64_t *blocks[BLOCKS] = {NULL};
    uint64_t state = (uintptr_t)number * 2 + 1;

    begin(number);
    for (unsigned i = 0; i < CALLS; i++) {
        uint64_t **block = &blocks[chance(&state) % BLOCKS];
        if (*block) {
            free(*block);
            *block = NULL;
        } else {
            uint32_t least = SMALLEST << chance(&state) % DOUBLINGS;
            *block = malloc(least + chance(&state) % least + 1);
            if (!*block)
                exit(1);
            **block = i;
        }
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    return end(number);
}

#define STEPS 30000000
static double parts[THREADS_MAX];

static void *integrating(void *argument)
{
    uintptr_t me = (uintptr_t)argument;
    double sum = 0;

    begin(argument);
    for (unsigned i = me; i < STEPS; i += thread_count) {
        double x = (i + 0.5) / STEPS;
        sum += 4 / (1 + x * x);
    }
    parts[me] = sum / STEPS;
    return end(argument);
}

static void pi(void)
{
    double sum = 0;

    together("pi", integrating, STEPS / thread_count);
    for (unsigned i = 0; i < thread_count; i++)
        sum += parts[i];
    printf("is %.9f\n", sum);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    uint64_t start = read_tsc();
    int status = 0;

    known_loop(TURNS);
    result("loop", read_tsc() - start);
    if (argc > 2)
        thread_count = strtoul(argv[2], NULL, 0);
    if (argc > 3)
        work = strtoul(argv[3], NULL, 0);
    if (thread_count < 1 || thread_count > THREADS_MAX || work < 1)
        what = "";

    if (strcmp(what, "create") == 0) {
        create();
    } else if (strcmp(what, "yield") == 0) {
        thread_count = 2;
        together("time", yielding, 20000);
        result("yield", switches);
    } else if (strcmp(what, "mutex") == 0) {
        uncontended();
    } else if (strcmp(what, "contended") == 0) {
        together("contended", contending, CONTENTIONS);
        result("counter", wanted.counter);
    } else if (strcmp(what, "pingpong") == 0) {
        thread_count = 2;
        together("pingpong", playing, ROUNDS);
        result("cpus", apart < 2 * ROUNDS - ROUNDS / 50 ? 1 : 2);
    } else if (strcmp(what, "sleep") == 0) {
        sleeping();
    } else if (strcmp(what, "heap") == 0) {
        together("heap", allocating, CALLS);
    } else if (strcmp(what, "pi") == 0) {
        pi();
    } else {
        printf("usage: thread_cost create|yield|mutex|contended|pingpong|sleep|heap|pi "
               "[THREADS [WORK]]\n");
        status = 2;
    }
    printf("end %d\n", status);
    return status;
}
