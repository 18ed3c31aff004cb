/*
 * Stacks that others touch, too: `deep BYTES` is about threads with the smallest stack, which use
 * so many bytes of it while others end; `shared` about an array on a stack that two threads fill.
 */
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "types.h"
#include "x86.h"

static void sleep_micros(long micros)
{
    nanosleep(&(struct timespec){micros / 1000000, micros % 1000000 * 1000}, NULL);
}

/* ---- deep --------------------------------------------------------------------------------------- */

#define DEEP  4
#define SHORT 60 /* threads at once: more stacks than are kept */

static int bytes;
static volatile bool over;

static void *deep(void *unused)
{
    volatile char room[bytes];

    memset((char *)room, 1, bytes);
    while (!over)
        pause();
    return NULL;
}

/* Wakes up in the middle of a deep one's turn, and ends: the deep one goes on after that. */
static void *ends(void *number)
{
    sleep_micros(3000 + (long)number * 200);
    return NULL;
}

static int use_deep(void)
{
    pthread_t threads[DEEP], thread;
    pthread_attr_t smallest, detached;

    pthread_attr_init(&smallest);
    pthread_attr_setstacksize(&smallest, PTHREAD_STACK_MIN);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < DEEP; i++)
        if (pthread_create(&threads[i], &smallest, deep, NULL))
            return 1;
    for (int round = 0; round < 3; round++) {
        for (long i = 0; i < SHORT; i++)
            if (pthread_create(&thread, &detached, ends, (void *)i))
                return 1;
        sleep_micros(20000);
    }
    over = true;
    for (int i = 0; i < DEEP; i++)
        pthread_join(threads[i], NULL);
    return 0;
}

/* ---- shared ------------------------------------------------------------------------------------- */

#define ARRAY (64 * PAGE_SIZE)

volatile char *volatile upper_page, *volatile lower_page; /* of the array; nobody has touched it */
volatile bool may_touch_lower;                            /* set from outside */
static int touched;
void touches_upper(void);
void lower_touched(void);

__attribute__((noinline)) void touches_upper(void)
{
    pause();
}

__attribute__((noinline)) void lower_touched(void)
{
    pause();
}

static void *touch_upper(void *unused)
{
    while (!upper_page)
        pause();
    touches_upper();
    *upper_page = 1;
    __atomic_fetch_add(&touched, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void *touch_lower(void *unused)
{
    while (!may_touch_lower)
        pause();
    *lower_page = 2;
    lower_touched();
    __atomic_fetch_add(&touched, 1, __ATOMIC_RELEASE);
    return NULL;
}

/* Calls nothing: what it pushed would let the stack grow to below the array. */
__attribute__((noinline)) static int share_array(void)
{
    volatile char array[ARRAY];

    lower_page = array + PAGE_SIZE;
    upper_page = array + ARRAY / 2;
    while (__atomic_load_n(&touched, __ATOMIC_ACQUIRE) < 2)
        pause();
    return *upper_page == 1 && *lower_page == 2 ? 0 : 2;
}

static int use_shared(void)
{
    pthread_t upper, lower;

    if (pthread_create(&lower, NULL, touch_lower, NULL) ||
        pthread_create(&upper, NULL, touch_upper, NULL))
        return 1;
    return share_array();
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "deep") == 0) {
        bytes = atoi(argv[2]);
        return use_deep();
    }
    return argc == 2 && strcmp(argv[1], "shared") == 0 ? use_shared() : 3;
}
