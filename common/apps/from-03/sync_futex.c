/*
 * Futexes by themselves: `sync_futex COMMAND…`. `+W` a thread begins to wait on the word W, `tW` one
 * that gives up after 20 ms, `wN` waits N ms, `-W:N` wakes N of those on the word W, `x` one more
 * thread tries to wait on a word that has another value. After `-` it reports what futex_wake
 * returned, and who has come back since the last report, with what.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "report.h"
#include "sync/futex.h"

#define WORDS       8192
#define THREADS_MAX 64
#define MILLI       1000000ul

uint32_t futex_words[WORDS];

static struct waiter {
    pthread_t thread;
    uint32_t *word, expected;
    nanos_t deadline;
} waiters[THREADS_MAX];
static unsigned count;

/* In the order in which they came back. */
static struct {
    unsigned who;
    int result;
} back[THREADS_MAX];
static unsigned back_count, reported;

static void pass(unsigned long millis)
{
    const struct timespec length = {.tv_nsec = millis * MILLI};

    nanosleep(&length, NULL);
}

static void *wait(void *argument)
{
    struct waiter *self = argument;
    int result = futex_wait(self->word, self->expected, self->deadline);
    unsigned place = __atomic_fetch_add(&back_count, 1, __ATOMIC_RELAXED);

    back[place].who = self - waiters;
    back[place].result = result;
    return NULL;
}

static void begin(unsigned long word, uint32_t expected, nanos_t deadline)
{
    struct waiter *waiter = &waiters[count++];

    *waiter =
        (struct waiter){.word = &futex_words[word], .expected = expected, .deadline = deadline};
    if (pthread_create(&waiter->thread, NULL, wait, waiter))
        exit(1);
    pass(1);
}

static void say(uint32_t woken)
{
    report("woken %u back", woken);
    for (; reported < back_count; reported++)
        report(" %u:%d", back[reported].who, back[reported].result);
    report("\n");
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *rest;
        unsigned long number = strtoul(argv[i] + 1, &rest, 0);
        switch (argv[i][0]) {
        case '+':
            begin(number, 0, UINT64_MAX);
            break;
        case 't':
            begin(number, 0, clock_now() + 20 * MILLI);
            break;
        case 'x':
            begin(0, 1, UINT64_MAX);
            break;
        case 'w':
            pass(number);
            break;
        case '-': {
            uint32_t woken = futex_wake(&futex_words[number], strtoul(rest + 1, NULL, 0));
            pass(1);
            say(woken);
            break;
        }
        default:
            return 2;
        }
    }
    return 0;
}
