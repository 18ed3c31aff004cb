/*
 * One property of mutexes and their kin at a time: `sync_steps STEP…`. Ordinary POSIX, for
 * Linux, too, where times are only about right.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if __has_include("sync/futex.h")
#define OUR_KERNEL 1
#else
#define OUR_KERNEL 0
#endif

#define NANOS 1000000000l
#define MILLI 1000000l
#define PAUSE (OUR_KERNEL ? MILLI : 50 * MILLI)   /* until others have come as far as they can */
#define LATE  (OUR_KERNEL ? 100000l : 50 * MILLI) /* how much later than its time a wait may end */

static long number = 10; /* the length of waits, in ms; `sync_steps 30 times` sets it */

static _Noreturn void wrong(const char *what, long expected, long found)
{
    printf("wrong: %s: expected %ld, found %ld\n", what, expected, found);
    exit(1);
}

static void check(const char *what, long expected, long found)
{
    if (expected != found)
        wrong(what, expected, found);
}

static long now(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return time.tv_sec * NANOS + time.tv_nsec;
}

static struct timespec in(clockid_t clock, long nanos)
{
    long at = now(clock) + nanos;

    return (struct timespec){.tv_sec = at / NANOS, .tv_nsec = at % NANOS};
}

static void pass(long nanos)
{
    const struct timespec length = {.tv_sec = nanos / NANOS, .tv_nsec = nanos % NANOS};

    nanosleep(&length, NULL);
}

/* Calls a function in another thread and returns what it returns. */
static long elsewhere(void *function(void *), void *argument)
{
    pthread_t thread;
    void *result;

    check("pthread_create", 0, pthread_create(&thread, NULL, function, argument));
    check("pthread_join", 0, pthread_join(thread, &result));
    return (long)result;
}

static void mutex_of(pthread_mutex_t *mutex, int type)
{
    pthread_mutexattr_t attributes;
    int found = -1;

    check("pthread_mutexattr_init", 0, pthread_mutexattr_init(&attributes));
    check("pthread_mutexattr_settype", 0, pthread_mutexattr_settype(&attributes, type));
    check("pthread_mutexattr_gettype", 0, pthread_mutexattr_gettype(&attributes, &found));
    check("the type of the attributes", type, found);
    check("pthread_mutex_init", 0, pthread_mutex_init(mutex, &attributes));
    check("pthread_mutexattr_destroy", 0, pthread_mutexattr_destroy(&attributes));
}

static void *try(void *mutex)
{
    int error = pthread_mutex_trylock(mutex);

    if (!error)
        check("an unlock after trylock", 0, pthread_mutex_unlock(mutex));
    return (void *)(long)error;
}

static void *unlock(void *mutex)
{
    return (void *)(long)pthread_mutex_unlock(mutex);
}

/* -- types: who may do what with a mutex --------------------------------------------------------- */

static void types(void)
{
    pthread_mutex_t mutex;
    struct timespec at = in(CLOCK_REALTIME, MILLI);

    mutex_of(&mutex, PTHREAD_MUTEX_NORMAL);
    check("normal: lock", 0, pthread_mutex_lock(&mutex));
    check("normal: trylock by the holder", EBUSY, pthread_mutex_trylock(&mutex));
    check("normal: timedlock by the holder", ETIMEDOUT, pthread_mutex_timedlock(&mutex, &at));
    check("normal: trylock by another", EBUSY, elsewhere(try, &mutex));
    check("normal: destroy while it is held", EBUSY, pthread_mutex_destroy(&mutex));
    check("normal: unlock", 0, pthread_mutex_unlock(&mutex));
    check("normal: trylock by another when it is free", 0, elsewhere(try, &mutex));
    check("normal: destroy", 0, pthread_mutex_destroy(&mutex));

    mutex_of(&mutex, PTHREAD_MUTEX_RECURSIVE);
    check("recursive: lock", 0, pthread_mutex_lock(&mutex));
    check("recursive: the second lock", 0, pthread_mutex_lock(&mutex));
    check("recursive: trylock by the holder", 0, pthread_mutex_trylock(&mutex));
    check("recursive: timedlock by the holder", 0, pthread_mutex_timedlock(&mutex, &at));
    for (int locks = 4; locks > 0; locks--) {
        check("recursive: trylock by another", EBUSY, elsewhere(try, &mutex));
        check("recursive: unlock by another", EPERM, elsewhere(unlock, &mutex));
        check("recursive: unlock", 0, pthread_mutex_unlock(&mutex));
    }
    check("recursive: trylock by another when it is free", 0, elsewhere(try, &mutex));
    check("recursive: one unlock too many", EPERM, pthread_mutex_unlock(&mutex));
    check("recursive: destroy", 0, pthread_mutex_destroy(&mutex));

    mutex_of(&mutex, PTHREAD_MUTEX_ERRORCHECK);
    check("errorcheck: unlock while it is free", EPERM, pthread_mutex_unlock(&mutex));
    check("errorcheck: lock", 0, pthread_mutex_lock(&mutex));
    check("errorcheck: the second lock", EDEADLK, pthread_mutex_lock(&mutex));
    check("errorcheck: timedlock by the holder", EDEADLK, pthread_mutex_timedlock(&mutex, &at));
    check("errorcheck: trylock by the holder", EBUSY, pthread_mutex_trylock(&mutex));
    check("errorcheck: unlock by another", EPERM, elsewhere(unlock, &mutex));
    check("errorcheck: unlock", 0, pthread_mutex_unlock(&mutex));
    check("errorcheck: destroy", 0, pthread_mutex_destroy(&mutex));

    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    check("a type that there is not", EINVAL, pthread_mutexattr_settype(&attributes, 77));
}

/* -- errors: of everything else -------------------------------------------------------------------- */

static void *write_try(void *lock)
{
    return (void *)(long)pthread_rwlock_trywrlock(lock);
}

static void *read_try(void *lock)
{
    int error = pthread_rwlock_tryrdlock(lock);

    if (!error)
        pthread_rwlock_unlock(lock);
    return (void *)(long)error;
}

static int failed(int result)
{
    int error = errno;

    errno = 0;
    check("the result of a sem_… that fails", -1, result);
    return error;
}

static void *lock_at_a_bad_time(void *mutex)
{
    const struct timespec bad = {.tv_sec = 1, .tv_nsec = NANOS};

    return (void *)(long)pthread_mutex_timedlock(mutex, &bad);
}

static void errors(void)
{
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    pthread_condattr_t attributes;
    pthread_barrier_t barrier;
    pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
    sem_t sem;
    int value = -1;
    const struct timespec bad = {.tv_sec = 1, .tv_nsec = NANOS}, past = {.tv_sec = 0};

    check("sem_init with too large a value", EINVAL, failed(sem_init(&sem, 0, SEM_VALUE_MAX + 1u)));
    check("sem_init", 0, sem_init(&sem, 0, SEM_VALUE_MAX));
    check("sem_post at the largest value", EOVERFLOW, failed(sem_post(&sem)));
    check("sem_wait", 0, sem_wait(&sem));
    check("sem_timedwait with a past time and nothing to wait for", 0, sem_timedwait(&sem, &past));
    check("sem_getvalue", 0, sem_getvalue(&sem, &value));
    check("the value", SEM_VALUE_MAX - 2, value);
    check("sem_destroy", 0, sem_destroy(&sem));
    check("sem_init", 0, sem_init(&sem, 0, 1));
    check("sem_timedwait with a past time and nothing to wait for", 0, sem_timedwait(&sem, &past));
    check("sem_trywait at 0", EAGAIN, failed(sem_trywait(&sem)));
    check("sem_timedwait with a bad time at 0", EINVAL, failed(sem_timedwait(&sem, &bad)));
    check("sem_timedwait with a past time at 0", ETIMEDOUT, failed(sem_timedwait(&sem, &past)));
#if OUR_KERNEL
    check("threads that a semaphore counts (state >> 32), after a time-out", 0, sem.state >> 32);
#endif
    check("sem_post", 0, sem_post(&sem));
    sem_getvalue(&sem, &value);
    check("the value after it", 1, value);

    mutex_of(&mutex, PTHREAD_MUTEX_ERRORCHECK);
    check("pthread_cond_init", 0, pthread_cond_init(&cond, NULL));
    check("a wait with a mutex that is not held", EPERM, pthread_cond_wait(&cond, &mutex));
#if OUR_KERNEL
    check("`users` of a condition variable when such a wait has returned", 0, cond.users);
#endif
    check("timedlock with a past time and nothing to wait for", 0,
          pthread_mutex_timedlock(&mutex, &past));
    check("timedlock with a bad time", EINVAL, elsewhere(lock_at_a_bad_time, &mutex));
    check("a wait with a bad time", EINVAL, pthread_cond_timedwait(&cond, &mutex, &bad));
    check("an unlock after it: the mutex was kept", 0, pthread_mutex_unlock(&mutex));
    check("lock", 0, pthread_mutex_lock(&mutex));
    check("a wait with a past time", ETIMEDOUT, pthread_cond_timedwait(&cond, &mutex, &past));
    check("an unlock after it: the mutex was taken again", 0, pthread_mutex_unlock(&mutex));
#if OUR_KERNEL
    check("`users` of a condition variable after a time-out", 0, cond.users);
#endif
    check("a signal without waiters", 0, pthread_cond_signal(&cond));
    check("a broadcast without waiters", 0, pthread_cond_broadcast(&cond));
    check("pthread_cond_destroy", 0, pthread_cond_destroy(&cond));
    check("pthread_condattr_init", 0, pthread_condattr_init(&attributes));
    check("a clock that there is not", EINVAL, pthread_condattr_setclock(&attributes, 77));

    check("a barrier for nobody", EINVAL, pthread_barrier_init(&barrier, NULL, 0));
    check("a barrier for one", 0, pthread_barrier_init(&barrier, NULL, 1));
    for (int i = 0; i < 3; i++)
        check("a wait at it", PTHREAD_BARRIER_SERIAL_THREAD, pthread_barrier_wait(&barrier));
    check("pthread_barrier_destroy", 0, pthread_barrier_destroy(&barrier));

    check("rdlock", 0, pthread_rwlock_rdlock(&rwlock));
    check("rdlock again", 0, pthread_rwlock_rdlock(&rwlock));
    check("tryrdlock by another", 0, elsewhere(read_try, &rwlock));
    check("trywrlock while somebody reads", EBUSY, elsewhere(write_try, &rwlock));
    check("unlock", 0, pthread_rwlock_unlock(&rwlock));
    check("trywrlock while somebody reads", EBUSY, elsewhere(write_try, &rwlock));
    check("unlock", 0, pthread_rwlock_unlock(&rwlock));
    check("wrlock", 0, pthread_rwlock_wrlock(&rwlock));
    check("rdlock by the writer", EDEADLK, pthread_rwlock_rdlock(&rwlock));
    check("wrlock by the writer", EDEADLK, pthread_rwlock_wrlock(&rwlock));
    check("tryrdlock while somebody writes", EBUSY, elsewhere(read_try, &rwlock));
    check("unlock", 0, pthread_rwlock_unlock(&rwlock));
    check("pthread_rwlock_destroy", 0, pthread_rwlock_destroy(&rwlock));
}

/* -- times: how long a wait takes that ends by its time ----------------------------------------------- */

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER;

static void check_time(const char *what, long began, long length)
{
    long took = now(CLOCK_MONOTONIC) - began;

    if (took < length || took > length + length / 100 + LATE)
        wrong(what, length, took);
}

static void *times_of_locks(void *unused)
{
    long length = number * MILLI, began = now(CLOCK_MONOTONIC);
    struct timespec at = in(CLOCK_REALTIME, length);

    (void)unused;
    check("pthread_mutex_timedlock", ETIMEDOUT, pthread_mutex_timedlock(&held, &at));
    check_time("ns that pthread_mutex_timedlock waits", began, length);
    began = now(CLOCK_MONOTONIC);
    at = in(CLOCK_MONOTONIC, length);
    check("pthread_mutex_clocklock", ETIMEDOUT,
          pthread_mutex_clocklock(&held, CLOCK_MONOTONIC, &at));
    check_time("ns that pthread_mutex_clocklock waits", began, length);
    began = now(CLOCK_MONOTONIC);
    at = in(CLOCK_REALTIME, length);
    check("pthread_rwlock_timedrdlock", ETIMEDOUT, pthread_rwlock_timedrdlock(&written, &at));
    check_time("ns that pthread_rwlock_timedrdlock waits", began, length);
    began = now(CLOCK_MONOTONIC);
    at = in(CLOCK_REALTIME, length);
    check("pthread_rwlock_timedwrlock", ETIMEDOUT, pthread_rwlock_timedwrlock(&written, &at));
    check_time("ns that pthread_rwlock_timedwrlock waits", began, length);
    return NULL;
}

static void times(void)
{
    pthread_cond_t cond;
    pthread_condattr_t attributes;
    sem_t sem;
    long length = number * MILLI;

    pthread_mutex_lock(&held);
    pthread_rwlock_wrlock(&written);
    elsewhere(times_of_locks, NULL);
    pthread_rwlock_unlock(&written);

    for (int i = 0; i < 2; i++) {
        clockid_t clock = i ? CLOCK_MONOTONIC : CLOCK_REALTIME, found = -1;
        pthread_condattr_init(&attributes);
        check("pthread_condattr_setclock", 0, pthread_condattr_setclock(&attributes, clock));
        check("pthread_condattr_getclock", 0, pthread_condattr_getclock(&attributes, &found));
        check("the clock of the attributes", clock, found);
        pthread_cond_init(&cond, &attributes);
        long began = now(CLOCK_MONOTONIC);
        struct timespec at = in(clock, length);
        int error;
        do
            error = pthread_cond_timedwait(&cond, &held, &at);
        while (!error);
        check("pthread_cond_timedwait", ETIMEDOUT, error);
        check_time("ns that pthread_cond_timedwait waits", began, length);
        pthread_cond_destroy(&cond);
    }
    pthread_mutex_unlock(&held);

    sem_init(&sem, 0, 0);
    long began = now(CLOCK_MONOTONIC);
    struct timespec at = in(CLOCK_REALTIME, length);
    check("errno of sem_timedwait", ETIMEDOUT, failed(sem_timedwait(&sem, &at)));
    check_time("ns that sem_timedwait waits", began, length);
}

/* -- order: waiters are served as they came, and each signal or post serves one ----------------------- */

#define LINE 6
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static sem_t tickets;
static unsigned served[LINE], served_count, called;

static void *by_cond(void *place)
{
    pthread_mutex_lock(&held);
    pthread_cond_wait(&turn, &held);
    check("signals, when a thread is woken", called, served_count + 1);
    served[served_count++] = (uintptr_t)place;
    pthread_mutex_unlock(&held);
    return NULL;
}

static void *by_sem(void *place)
{
    sem_wait(&tickets);
    pthread_mutex_lock(&held);
    served[served_count++] = (uintptr_t)place;
    pthread_mutex_unlock(&held);
    return NULL;
}

static void *by_mutex(void *place)
{
    pthread_mutex_lock(&held);
    served[served_count++] = (uintptr_t)place;
    pthread_mutex_unlock(&held);
    return NULL;
}

/* Threads that begin to wait one after the other. */
static void line_up(pthread_t *threads, void *function(void *))
{
    served_count = called = 0;
    for (uintptr_t i = 0; i < LINE; i++) {
        check("pthread_create", 0, pthread_create(&threads[i], NULL, function, (void *)i));
        pass(PAUSE);
    }
}

static void check_line(pthread_t *threads)
{
    for (unsigned i = 0; i < LINE; i++)
        pthread_join(threads[i], NULL);
    check("threads that were served", LINE, served_count);
    for (unsigned i = 0; i < LINE; i++)
        check("who came so many places before", i, served[i]);
}

static void order(void)
{
    pthread_t threads[LINE];

    line_up(threads, by_cond);
    for (int i = 0; i < LINE; i++) {
        pthread_mutex_lock(&held);
        called++;
        pthread_mutex_unlock(&held);
        pthread_cond_signal(&turn);
        pass(PAUSE);
        check("threads served after so many signals", i + 1, served_count);
    }
    check_line(threads);

    sem_init(&tickets, 0, 0);
    line_up(threads, by_sem);
    for (int i = 0; i < LINE; i++) {
        sem_post(&tickets);
        pass(PAUSE);
        check("threads served after so many posts", i + 1, served_count);
    }
    check_line(threads);
#if OUR_KERNEL
    check("threads that a semaphore counts (state >> 32), when all have been served", 0,
          tickets.state >> 32);
#endif

    pthread_mutex_lock(&held);
    line_up(threads, by_mutex);
    pthread_mutex_unlock(&held);
    check_line(threads);
}

/* -- marks, for whoever counts instructions from outside ------------------------------------------ */

void measure_begin(void);
void measure_end(void);

void measure_begin(void)
{
    static volatile unsigned begun;
    begun++;
}

void measure_end(void)
{
    static volatile unsigned ended;
    ended++;
}

/* -- cheap: what goes without waiting, a thousand times each; main calls measure_… -------------- */

static void *wait_for(void *sem)
{
    return (void *)(long)sem_wait(sem);
}

static void cheap(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
    pthread_t thread;
    sem_t sem;

    /* Somebody has waited, and goes on; somebody has given up. */
    sem_init(&sem, 0, 0);
    check("pthread_create", 0, pthread_create(&thread, NULL, wait_for, &sem));
    pass(PAUSE);
    sem_post(&sem);
    pthread_join(thread, NULL);
    struct timespec at = in(CLOCK_REALTIME, MILLI);
    check("errno of sem_timedwait", ETIMEDOUT, failed(sem_timedwait(&sem, &at)));
    sem_post(&sem);

    measure_begin();
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    measure_end();
    for (int i = 0; i < 1000; i++) {
        sem_wait(&sem);
        sem_post(&sem);
    }
    measure_end();
    for (int i = 0; i < 1000; i++)
        pthread_cond_signal(&cond);
    measure_end();
}

/* -- asleep: who has to wait long, at one thing after the other; main calls measure_… ----------- */

static pthread_barrier_t gate;
static bool filled;

static void *at_mutex(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&held);
    pthread_mutex_unlock(&held);
    return NULL;
}

static void *at_cond(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&held);
    while (!filled)
        pthread_cond_wait(&turn, &held);
    pthread_mutex_unlock(&held);
    return NULL;
}

static void *at_barrier(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&gate);
    return NULL;
}

/* Two threads that wait, for as long as main sleeps. */
static void sleep_long(void *function(void *), void *argument, pthread_t *threads)
{
    for (int i = 0; i < 2; i++)
        check("pthread_create", 0, pthread_create(&threads[i], NULL, function, argument));
    pass(PAUSE);
    measure_begin();
    pass(number * MILLI);
    measure_end();
}

static void join_both(pthread_t *threads)
{
    for (int i = 0; i < 2; i++)
        check("pthread_join", 0, pthread_join(threads[i], NULL));
}

static void asleep(void)
{
    pthread_t threads[2];
    sem_t sem;

    pthread_mutex_lock(&held);
    sleep_long(at_mutex, NULL, threads);
    pthread_mutex_unlock(&held);
    join_both(threads);

    sleep_long(at_cond, NULL, threads);
    pthread_mutex_lock(&held);
    filled = true;
    pthread_mutex_unlock(&held);
    pthread_cond_broadcast(&turn);
    join_both(threads);

    sem_init(&sem, 0, 0);
    sleep_long(wait_for, &sem, threads);
    sem_post(&sem);
    sem_post(&sem);
    join_both(threads);

    pthread_barrier_init(&gate, NULL, 3);
    sleep_long(at_barrier, NULL, threads);
    pthread_barrier_wait(&gate);
    join_both(threads);
}

/* ---------------------------------------------------------------------------------------------- */

static const struct step {
    const char *name;
    void (*run)(void);
} steps[] = {
    {"types", types}, {"errors", errors}, {"times", times},
    {"order", order}, {"cheap", cheap},   {"asleep", asleep},
};

static const struct step *find(const char *name)
{
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (strcmp(name, steps[i].name) == 0)
            return &steps[i];
    return NULL;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const struct step *step = find(argv[i]);
        if (step) {
            step->run();
            printf("%s: done\n", step->name);
        } else {
            number = strtol(argv[i], NULL, 0);
            if (number <= 0) {
                printf(
                    "usage: sync_steps [MILLISECONDS] types|errors|times|order|cheap|asleep...\n");
                return 2;
            }
        }
    }
    return 0;
}
