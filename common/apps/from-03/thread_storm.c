/*
 * Threads that make, join and detach each other, all at once, and compute meanwhile:
 * `thread_storm SEED THREADS`. So many threads live, in bushes of random shape; each has its own
 * random numbers, thread-local data, errno, a key with a destructor, and floating-point registers
 * that are in use all the time. Ordinary C: Linux passes it, too. With a kernel of ours, there are
 * two storms, and the same memory is free after the second one as after the first.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if __has_include("threads/thread.h")
#include "mm/frames.h"
#include "mm/heap.h"
#include "mm/layout.h"
#include "smp/cpu.h"
#include "threads/stack_cache.h"
#include "threads/thread.h"
#define STORMS 2
#else
#define STORMS 1
#endif

#define CHILDREN 4

static uint64_t seed;
static int64_t left;          /* threads that may still be made */
static uint64_t begun, ended; /* threads */
static uint64_t destroyed;    /* values of the key */
static pthread_key_t key;
static __thread uint64_t own_state;
static __thread uint64_t own_mark = 42;

static _Noreturn void wrong(const char *what, uint64_t expected, uint64_t found)
{
    printf("wrong: %s: expected %#lx, found %#lx\n", what, expected, found);
    exit(1);
}

static void check(const char *what, uint64_t expected, uint64_t found)
{
    if (expected != found)
        wrong(what, expected, found);
}

static uint64_t draw(uint64_t below)
{
    own_state ^= own_state << 13;
    own_state ^= own_state >> 7;
    own_state ^= own_state << 17;
    return (own_state >> 11) % below;
}

static void destroy(void *value)
{
    check("what a destructor gets", 42, *(uint64_t *)value);
    free(value);
    __atomic_fetch_add(&destroyed, 1, __ATOMIC_RELEASE);
}

/* A sum whose terms and rounding depend on the start; four at a time, so that vectors are used. */
static double compute(uint64_t start, unsigned terms)
{
    volatile double sum[4] = {start % 1000, start % 77, 0.25, 1.0 / 3};

    for (unsigned i = 1; i <= terms; i++)
        for (unsigned j = 0; j < 4; j++)
            sum[j] = sum[j] * 0.999 + 1.0 / (i + j);
    return sum[0] + sum[1] + sum[2] + sum[3];
}

static void *live(void *argument)
{
    uint64_t name = (uint64_t)argument;
    pthread_t children[CHILDREN];
    uint64_t names[CHILDREN];
    unsigned count = 0;

    check("a fresh thread-local variable", 42, own_mark);
    check("a fresh thread-local variable without a value", 0, own_state);
    check("a fresh value of a key", 0, (uint64_t)pthread_getspecific(key));
    __atomic_fetch_add(&begun, 1, __ATOMIC_RELAXED);
    own_state = (seed ^ name * 0x9e3779b97f4a7c15) | 1;
    own_mark = name;
    errno = name % 100 + 1;
    if (draw(2)) {
        uint64_t *value = malloc(sizeof *value);
        if (!value)
            wrong("malloc", 1, 0);
        *value = 42;
        check("pthread_setspecific", 0, pthread_setspecific(key, value));
    }

    unsigned terms = draw(300);
    double expected = compute(name, terms);
    for (unsigned wanted = draw(CHILDREN + 1); wanted > 0; wanted--) {
        if (__atomic_fetch_sub(&left, 1, __ATOMIC_RELAXED) <= 0)
            break;
        names[count] = name * CHILDREN + wanted;
        check("pthread_create", 0,
              pthread_create(&children[count], NULL, live, (void *)names[count]));
        if (draw(3) == 0)
            check("pthread_detach", 0, pthread_detach(children[count]));
        else
            count++;
    }
    for (unsigned i = draw(5); i > 0; i--)
        if (compute(name, terms) != expected)
            wrong("a sum, computed once more; right", 1, 0);
    while (count > 0) {
        void *result;
        unsigned which = draw(count);
        check("pthread_join", 0, pthread_join(children[which], &result));
        check("what a thread returns", ~names[which], (uint64_t)result);
        children[which] = children[--count];
        names[which] = names[count];
    }
    check("a thread-local variable at the end", name, own_mark);
    check("errno at the end", name % 100 + 1, errno);
    __atomic_fetch_add(&ended, 1, __ATOMIC_RELAXED);
    if (!pthread_getspecific(key)) /* or the destructor does it, later still */
        __atomic_fetch_add(&destroyed, 1, __ATOMIC_RELEASE);
    if (draw(2))
        pthread_exit((void *)~name);
    return (void *)~name;
}

/* Waits for a moment. */
static void rest(void)
{
    const struct timespec moment = {.tv_nsec = 100000};

    nanosleep(&moment, NULL);
}

static void storm(uint64_t total)
{
    static uint64_t roots;

    begun = ended = destroyed = 0;
    left = total;
    while (__atomic_fetch_sub(&left, 1, __ATOMIC_RELAXED) > 0) {
        pthread_t root;
        void *result;
        uint64_t name = ++roots << 32;
        check("pthread_create", 0, pthread_create(&root, NULL, live, (void *)name));
        check("pthread_join", 0, pthread_join(root, &result));
        check("what a thread returns", ~name, (uint64_t)result);
    }
    while (__atomic_load_n(&destroyed, __ATOMIC_ACQUIRE) < total)
        rest(); /* detached threads are on their way */
    check("threads that began", total, begun);
    check("threads that ended", total, ended);
}

/* How much memory is free once the last thread has left its processor, and nothing is kept. */
static uint64_t free_memory(void)
{
#if STORMS > 1
    unsigned there;

    do {
        rest();
        there = 0;
        for (unsigned slot = 0; slot < STACKS_MAX; slot++) {
            const struct stack *stack = stack_at(STACK_AREA + slot * STACK_SLOT);
            there += stack && stack->thread;
        }
    } while (there > 1 + cpu_count); /* main and the idle threads */
    stack_cache_trim();
    heap_trim();
    heap_trim(); /* gives back the frames, too, that the first call has put into stock */
    return frames_free;
#else
    return 0;
#endif
}

int main(int argc, char **argv)
{
    uint64_t total = argc > 2 ? strtoul(argv[2], NULL, 0) : 1000, before = 0;

    seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
    check("pthread_key_create", 0, pthread_key_create(&key, destroy));
    for (int i = 0; i < STORMS; i++) {
        storm(total);
        if (i > 0)
            check("free memory after this storm, and after the one before", before, free_memory());
        else
            before = free_memory();
    }
    printf("%lu threads have lived\n", ended);
    return 0;
}
