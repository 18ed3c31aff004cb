/*
 * One thread is interrupted at one of its instructions, and another does all of its part there:
 *
 *   sync_sweep FROM TO STEP KIND…
 *   sync_sweep held KIND
 *
 * A round of the first form: one thread begins at a time T, the other at T + d, for each d from
 * FROM to TO ns by STEP. On a machine whose time is counted in instructions (-icount) processors
 * take turns, and one whose timer goes off has the next turn, until it halts or has to wait. So the
 * first thread stands still at the instruction that T + d falls on, a few bytes further on in each
 * round. In the second form somebody from outside holds the first thread where he likes, says when
 * the other may go (`may_act`), and whether the two change their parts (`held_swap`).
 *
 * Ordinary POSIX but for the kinds that begin with futex; on Linux the times are only about right.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if __has_include("sync/futex.h")
#include "smp/cpu.h"
#include "sync/futex.h"
#include "x86.h"
#define OUR_KERNEL 1
#else
#define OUR_KERNEL 0
#define cpu_count  2
#endif

#define MICRO     1000l
#define PERIOD    (500 * MICRO)  /* from round to round */
#define PREPARE   (250 * MICRO)  /* so long before T both prepare: more than SOON (scheduler.c) */
#define SPIN      (2 * MICRO)    /* so long before T the first one is awake */
#define HEAD      (1000 * MICRO) /* so long the first one computes before all rounds */
#define VERIFY    (100 * MICRO)  /* so long after T all should be over */
#define TOO_LATE  200            /* looks of VERIFY: 20 ms */
#define SHORT     3000l          /* ns after T: a time-out, when all wait who have to */
#define NANOS_MAX 1000000000l
#define PAGE      4096

static const char *kind;
static long begun;        /* when the first round did */
static long delay;        /* d of this round */
static long start;        /* T of this round */
static unsigned long go;  /* the round that may be played */
static unsigned over;     /* by how many */
static unsigned long all; /* rounds */
static long from, to, step;

static long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NANOS_MAX + time.tv_nsec;
}

static struct timespec at(long time)
{
    return (struct timespec){.tv_sec = time / NANOS_MAX, .tv_nsec = time % NANOS_MAX};
}

static void sleep_until(long time)
{
    struct timespec when = at(time);

    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

static _Noreturn void wrong(const char *what, long expected, long found)
{
    printf("wrong: %s: expected %ld, found %ld; the second thread came after %ld ns "
           "(sync_sweep %s)\n",
           what, expected, found, delay, kind);
    exit(1);
}

static void check(const char *what, long expected, long found)
{
    if (expected != found)
        wrong(what, expected, found);
}

/* What a round has; set anew by main between two rounds. */
static struct {
    uint32_t word;
    bool flag;
    int result, woken;
    pthread_mutex_t mutex;
    pthread_cond_t *cond;
    sem_t sem;
    pthread_barrier_t *barrier;
    pthread_once_t once;
    pthread_rwlock_t rwlock;
    unsigned calls, serials;
    pthread_cond_t own_cond;
    pthread_barrier_t own_barrier;
} round;

static void nothing(void)
{
}

/* -- futex ------------------------------------------------------------------------------------ */

#if OUR_KERNEL
static void futex_waits(void)
{
    while (__atomic_load_n(&round.word, __ATOMIC_ACQUIRE) == 0)
        futex_wait(&round.word, 0, UINT64_MAX);
}

static void futex_wakes(void)
{
    __atomic_store_n(&round.word, 1, __ATOMIC_RELEASE);
    futex_wake(&round.word, 1);
}

static void futex_waits_shortly(void)
{
    round.result = futex_wait(&round.word, 0, start + SHORT);
}

static void futex_wakes_only(void)
{
    round.woken = futex_wake(&round.word, 1);
}

static void futex_agrees(void)
{
    check("what futex_wait returns, when futex_wake has woken so many (-110: the time is up)",
          round.woken ? 0 : -ETIMEDOUT, round.result);
    check("threads that wait afterwards", 0, futex_wake(&round.word, 1));
}
#endif

/* -- mutex ------------------------------------------------------------------------------------ */

static void mutex_lock(void)
{
    check("pthread_mutex_lock", 0, pthread_mutex_lock(&round.mutex));
}

static void mutex_unlock(void)
{
    check("pthread_mutex_unlock", 0, pthread_mutex_unlock(&round.mutex));
}

static void mutex_both(void)
{
    mutex_lock();
    check("threads inside", 0, round.calls++);
    round.calls--;
    mutex_unlock();
}

static void mutex_shortly(void)
{
    struct timespec when = at(start + SHORT);

    round.result = pthread_mutex_clocklock(&round.mutex, CLOCK_MONOTONIC, &when);
    if (round.result == 0)
        mutex_unlock();
    else
        check("pthread_mutex_clocklock", ETIMEDOUT, round.result);
}

static void mutex_free(void)
{
    check("pthread_mutex_trylock afterwards", 0, pthread_mutex_trylock(&round.mutex));
    mutex_unlock();
}

/* -- condition variables ------------------------------------------------------------------------ */

static void cond_waits(void)
{
    pthread_cond_t *cond = round.cond;

    mutex_lock();
    while (!round.flag)
        check("pthread_cond_wait", 0, pthread_cond_wait(cond, &round.mutex));
    mutex_unlock();
}

static void cond_set(void)
{
    mutex_lock();
    round.flag = true;
    mutex_unlock();
}

static void cond_signals(void)
{
    cond_set();
    check("pthread_cond_signal", 0, pthread_cond_signal(round.cond));
}

static void cond_waits_shortly(void)
{
    struct timespec when = at(start + SHORT);

    mutex_lock();
    round.result = 0;
    while (!round.flag && round.result == 0)
        round.result = pthread_cond_clockwait(round.cond, &round.mutex, CLOCK_MONOTONIC, &when);
    check("what is held after a wait", EBUSY, pthread_mutex_trylock(&round.mutex));
    mutex_unlock();
}

/* All that waited are woken: nothing of the condition variable may be needed any more. */
static void cond_gone(pthread_cond_t *cond)
{
    check("pthread_cond_destroy", 0, pthread_cond_destroy(cond));
    memset(cond, 0, sizeof *cond);
}

static void cond_destroys(void)
{
    pthread_cond_t *cond = round.cond;

    mutex_lock();
    round.flag = true;
    pthread_cond_broadcast(cond);
    mutex_unlock();
    cond_gone(cond);
}

/* The same before those that were woken can have the mutex, as in POSIX' own example. */
static void cond_destroys_first(void)
{
    pthread_cond_t *cond = round.cond;

    mutex_lock();
    round.flag = true;
    pthread_cond_broadcast(cond);
    cond_gone(cond);
    mutex_unlock();
}

/* -- semaphores --------------------------------------------------------------------------------- */

static void sem_waits(void)
{
    check("sem_wait", 0, sem_wait(&round.sem));
}

static void sem_posts(void)
{
    check("sem_post", 0, sem_post(&round.sem));
}

static void sem_posts_two(void)
{
    sem_posts();
    sem_posts();
}

static void sem_waits_shortly(void)
{
    struct timespec when = at(start + SHORT);

    round.result = sem_clockwait(&round.sem, CLOCK_MONOTONIC, &when) ? errno : 0;
}

static void sem_conserved(void)
{
    int value = -1;

    if (round.result)
        check("errno of sem_clockwait", ETIMEDOUT, round.result);
    sem_getvalue(&round.sem, &value);
    check("the value after a post and a wait with a time-out", round.result ? 1 : 0, value);
}

static void sem_empty(void)
{
    int value = -1;

    sem_getvalue(&round.sem, &value);
    check("the value after as many posts as waits", 0, value);
}

/* -- barriers ----------------------------------------------------------------------------------- */

static void barrier_waits(void)
{
    pthread_barrier_t *barrier = round.barrier;

    round.calls++;
    if (pthread_barrier_wait(barrier) == PTHREAD_BARRIER_SERIAL_THREAD) {
        round.serials++;
        check("pthread_barrier_destroy", 0, pthread_barrier_destroy(barrier));
        memset(barrier, 0, sizeof *barrier);
    }
    check("threads that have come to the barrier", 2, round.calls);
}

static void barrier_agrees(void)
{
    check("serial threads", 1, round.serials);
}

/* -- once --------------------------------------------------------------------------------------- */

static void only_once(void)
{
    round.calls++;
    for (volatile int i = 0; i < 20; i++)
        ;
    round.calls++;
}

static void once_calls(void)
{
    pthread_once(&round.once, only_once);
    check("what the function has done", 2, round.calls);
}

/* -- read-write locks --------------------------------------------------------------------------- */

static void rwlock_reads(void)
{
    check("pthread_rwlock_rdlock", 0, pthread_rwlock_rdlock(&round.rwlock));
    check("pthread_rwlock_unlock", 0, pthread_rwlock_unlock(&round.rwlock));
}

static void rwlock_writes(void)
{
    check("pthread_rwlock_wrlock", 0, pthread_rwlock_wrlock(&round.rwlock));
    check("pthread_rwlock_unlock", 0, pthread_rwlock_unlock(&round.rwlock));
}

/* ----------------------------------------------------------------------------------------------- */

struct part {
    void (*prepare)(void);
    void (*act)(void);
};

static const struct game {
    const char *name;
    struct part one, other;
    void (*third)(void); /* acts before both of them */
    void (*verify)(void);
} games[] = {
#if OUR_KERNEL
    {"futex", {nothing, futex_waits}, {nothing, futex_wakes}, nothing, nothing},
    {"futex-time",
     {nothing, futex_waits_shortly},
     {nothing, futex_wakes_only},
     nothing,
     futex_agrees},
#endif
    {"mutex", {nothing, mutex_both}, {nothing, mutex_both}, nothing, mutex_free},
    {"mutex-held", {nothing, mutex_both}, {mutex_lock, mutex_unlock}, nothing, mutex_free},
    {"mutex-three", {nothing, mutex_both}, {mutex_lock, mutex_unlock}, mutex_both, mutex_free},
    {"mutex-time", {nothing, mutex_shortly}, {mutex_lock, mutex_unlock}, nothing, mutex_free},
    {"mutex-gives-up",
     {nothing, mutex_both},
     {mutex_lock, mutex_unlock},
     mutex_shortly,
     mutex_free},
    {"cond", {nothing, cond_waits}, {nothing, cond_signals}, nothing, mutex_free},
    {"cond-time", {nothing, cond_waits_shortly}, {nothing, cond_signals}, nothing, mutex_free},
    {"cond-destroy", {nothing, cond_waits}, {nothing, cond_destroys}, cond_waits, mutex_free},
    {"cond-destroy-held",
     {nothing, cond_waits},
     {nothing, cond_destroys_first},
     cond_waits,
     mutex_free},
    {"sem", {nothing, sem_waits}, {nothing, sem_posts}, nothing, sem_empty},
    {"sem-two", {nothing, sem_waits}, {nothing, sem_posts_two}, sem_waits, sem_empty},
    {"sem-time", {nothing, sem_waits_shortly}, {nothing, sem_posts}, nothing, sem_conserved},
    {"barrier", {nothing, barrier_waits}, {nothing, barrier_waits}, nothing, barrier_agrees},
    {"once", {nothing, once_calls}, {nothing, once_calls}, nothing, nothing},
    {"rwlock", {nothing, rwlock_reads}, {nothing, rwlock_writes}, nothing, nothing},
};
static const struct game *game;
static struct part first, second;

static void reset(void)
{
    static const pthread_once_t fresh = PTHREAD_ONCE_INIT;

    memset(&round, 0, sizeof round);
    pthread_mutex_init(&round.mutex, NULL);
    round.cond = &round.own_cond;
    pthread_cond_init(round.cond, NULL);
    sem_init(&round.sem, 0, 0);
    round.barrier = &round.own_barrier;
    pthread_barrier_init(round.barrier, NULL, 2);
    round.once = fresh;
    pthread_rwlock_init(&round.rwlock, NULL);
}

static void played(void)
{
    __atomic_fetch_add(&over, 1, __ATOMIC_RELEASE);
}

/* -- rounds by the clock ------------------------------------------------------------------------ */

/*
 * One processor is enough: who wakes is let in at once, while the first one is at its instruction.
 * But only if the first one has run for so much longer that this is fair (threads/placement.c).
 */
static long head(void)
{
    return cpu_count == 1 ? HEAD : 0;
}

/* The time T of a round is known in advance, so that all can sleep until then. */
static long start_of(unsigned long number)
{
    return begun + head() + (long)(number + 2) * PERIOD;
}

static void await_round(unsigned long number)
{
    sleep_until(start_of(number) - PREPARE);
    while (__atomic_load_n(&go, __ATOMIC_ACQUIRE) <= number)
        sleep_until(now() + PERIOD);
}

static void *play_first(void *unused)
{
    (void)unused;
    while (now() < begun + head())
        ;
    for (unsigned long number = 0; number < all; number++) {
        await_round(number);
        first.prepare();
        sleep_until(start_of(number) - SPIN);
        while (now() < start)
            ;
        first.act();
        played();
    }
    return NULL;
}

static void *play_second(void *unused)
{
    (void)unused;
    for (unsigned long number = 0; number < all; number++) {
        await_round(number);
        second.prepare();
        sleep_until(start_of(number) + from + (long)number * step);
        second.act();
        played();
    }
    return NULL;
}

static void *play_third(void *unused)
{
    (void)unused;
    for (unsigned long number = 0; number < all; number++) {
        await_round(number);
        sleep_until(start_of(number) - PREPARE / 2);
        game->third();
        played();
    }
    return NULL;
}

static void watch_rounds(void)
{
    for (unsigned long number = 0; number < all; number++) {
        reset();
        start = start_of(number);
        delay = from + (long)number * step;
        __atomic_store_n(&over, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&go, number + 1, __ATOMIC_RELEASE);

        sleep_until(start + VERIFY);
        for (unsigned looks = 0; __atomic_load_n(&over, __ATOMIC_ACQUIRE) < 3; looks++) {
            if (looks == TOO_LATE) {
                printf("stuck: %u of 3 threads have ended; the second came after %ld ns "
                       "(sync_sweep %s)\n",
                       over, delay, kind);
                exit(1);
            }
            sleep_until(now() + VERIFY);
        }
        game->verify();
    }
}

/* -- rounds by somebody outside: nobody sleeps but in what is tested ------------------------------- */

volatile unsigned long may_act; /* the last round in which the second thread may act */
volatile unsigned first_acts;   /* 1 while the first thread does */
volatile unsigned held_swap;    /* 1: from the next round on the other one is the first */
static unsigned long awaited;   /* the round of which the second thread awaits its cue */
static unsigned ready;

/*
 * Places for breakpoints: the second thread has done its part; all have, and it was right. QEMU is
 * slow in a page with a breakpoint: these two have one of their own.
 */
void __attribute__((noinline, aligned(PAGE))) acted(void);
void __attribute__((noinline)) round_over(void);
void __attribute__((noinline, aligned(PAGE))) await_cue(unsigned long number);

void acted(void)
{
    played();
}

void round_over(void)
{
    static volatile unsigned rounds_over;
    rounds_over++;
}

static inline __attribute__((always_inline)) void spin(void)
{
#if OUR_KERNEL
    pause(); /* gives the turn to another processor */
#endif
}

/* Where the second thread is to be found from the time on that the first one acts. */
void await_cue(unsigned long number)
{
    __atomic_store_n(&awaited, number, __ATOMIC_RELEASE);
    while (may_act < number)
        spin();
}

static void get_ready(unsigned long number)
{
    __atomic_fetch_add(&ready, 1, __ATOMIC_RELEASE);
    while (__atomic_load_n(&ready, __ATOMIC_ACQUIRE) < 3 * number)
        spin();
}

static void *held_first(void *unused)
{
    (void)unused;
    for (unsigned long number = 1;; number++) {
        while (__atomic_load_n(&go, __ATOMIC_ACQUIRE) < number)
            spin();
        first.prepare();
        get_ready(number);
        while (__atomic_load_n(&awaited, __ATOMIC_ACQUIRE) < number || now() < start)
            spin();
        first_acts = 1;
        first.act();
        first_acts = 0;
        played();
    }
    return NULL;
}

static void *held_second(void *unused)
{
    (void)unused;
    for (unsigned long number = 1;; number++) {
        while (__atomic_load_n(&go, __ATOMIC_ACQUIRE) < number)
            spin();
        second.prepare();
        get_ready(number);
        await_cue(number);
        second.act();
        acted();
    }
    return NULL;
}

static void *held_third(void *unused)
{
    (void)unused;
    for (unsigned long number = 1;; number++) {
        while (__atomic_load_n(&go, __ATOMIC_ACQUIRE) < number)
            spin();
        get_ready(number);
        game->third();
        played();
    }
    return NULL;
}

static void hold_rounds(void)
{
    for (unsigned long number = 1;; number++) {
        reset();
        first = held_swap ? game->other : game->one;
        second = held_swap ? game->one : game->other;
        start = now() + (game->third == nothing ? 0 : PREPARE);
        __atomic_store_n(&over, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&go, number, __ATOMIC_RELEASE);
        while (__atomic_load_n(&over, __ATOMIC_ACQUIRE) < 3)
            spin();
        game->verify();
        round_over();
    }
}

static const struct game *find(const char *name)
{
    for (size_t i = 0; i < sizeof games / sizeof games[0]; i++)
        if (strcmp(name, games[i].name) == 0)
            return &games[i];
    return NULL;
}

static void play(void *one(void *), void *other(void *), void *third(void *), void watch(void))
{
    pthread_t threads[3];
    void *(*const parts[3])(void *) = {one, other, third};

    first = game->one;
    second = game->other;
    for (int i = 0; i < 3; i++)
        check("pthread_create", 0, pthread_create(&threads[i], NULL, parts[i], NULL));
    watch();
    for (int i = 0; i < 3; i++)
        check("pthread_join", 0, pthread_join(threads[i], NULL));
}

static int usage(void)
{
    printf("usage: sync_sweep FROM TO STEP KIND..., in ns; or sync_sweep held KIND; KIND is");
    for (size_t i = 0; i < sizeof games / sizeof games[0]; i++)
        printf(" %s", games[i].name);
    printf("\n");
    return 2;
}

int main(int argc, char **argv)
{
    bool held = argc == 3 && strcmp(argv[1], "held") == 0;

    if (!held && argc > 4) {
        from = strtol(argv[1], NULL, 0);
        to = strtol(argv[2], NULL, 0);
        step = strtol(argv[3], NULL, 0);
    }
    if (!held && (step <= 0 || to < from))
        return usage();
    for (int i = held ? 2 : 4; i < argc; i++) {
        kind = argv[i];
        game = find(kind);
        if (!game)
            return usage();
        if (held)
            play(held_first, held_second, held_third, hold_rounds);
        all = (to - from) / step + 1;
        begun = now();
        go = 0;
        play(play_first, play_second, play_third, watch_rounds);
        printf("%s: %lu rounds\n", kind, all);
    }
    return 0;
}
