/*
 * Storms on everything that threads wait by: `sync_storm SEED THREADS ROUNDS KIND…`. Ordinary
 * POSIX, for Linux, too. From a KIND `vain` on threads are woken without reason, too. Each kind
 * keeps an invariant, and a main that only watches says when nothing goes on any more: that is what
 * a lost wake-up looks like.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if __has_include("sync/futex.h")
#include "sync/futex.h"
#define OUR_KERNEL 1
#else
#define OUR_KERNEL 0
#endif

#define THREADS_MAX 256
#define LOOK        200000l /* ns between two looks of main */
#define STUCK       10000   /* looks without progress: 2 s */
#define SHORT       20000l  /* ns: about as long as a wait takes */

static const char *kind;
static uint64_t seed;
static unsigned threads;
static unsigned long rounds; /* of each thread */
static bool in_vain;

static unsigned long progress; /* of all threads together */
static unsigned finished;

/* splitmix64: a counter, stirred. Each thread has its own. */
static uint64_t draw(uint64_t *state)
{
    uint64_t bits = *state += 0x9e3779b97f4a7c15;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
    return bits ^ bits >> 31;
}

static _Noreturn void wrong(const char *what, long expected, long found)
{
    printf("wrong: %s: expected %ld, found %ld (sync_storm %lu %u %lu %s)\n", what, expected, found,
           (unsigned long)seed, threads, rounds, kind);
    exit(1);
}

static void check(const char *what, long expected, long found)
{
    if (expected != found)
        wrong(what, expected, found);
}

static void went_on(void)
{
    __atomic_fetch_add(&progress, 1, __ATOMIC_RELAXED);
}

static struct timespec soon(clockid_t clock, long nanos)
{
    struct timespec at;

    clock_gettime(clock, &at);
    at.tv_nsec += nanos;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    return at;
}

/* A moment that is never the same: nothing, some instructions, or others' turn. */
static void dither(uint64_t *state)
{
    uint64_t bits = draw(state);

    if (bits % 8 == 0)
        sched_yield();
    else if (bits % 2)
        for (volatile unsigned i = 0; i < (bits >> 8) % 64; i++)
            ;
}

/* -- mutex: only one at a time, whatever way it came in ---------------------------------------- */

static pthread_mutex_t mutex;
static unsigned inside;
static unsigned long count; /* protected by the mutex */

/* One of the three ways to lock; a time-out or EBUSY means to try again. */
static void lock_somehow(pthread_mutex_t *lock, uint64_t *state)
{
    for (;;) {
        int error;
        struct timespec at;
        switch (draw(state) % 4) {
        case 0:
            error = pthread_mutex_trylock(lock);
            if (error == EBUSY) {
                sched_yield();
                continue;
            }
            break;
        case 1:
            at = soon(CLOCK_REALTIME, draw(state) % SHORT);
            error = pthread_mutex_timedlock(lock, &at);
            if (error == ETIMEDOUT)
                continue;
            break;
        default:
            error = pthread_mutex_lock(lock);
        }
        check("what a lock returns", 0, error);
        return;
    }
}

static void storm_mutex(uint64_t *state)
{
    for (unsigned long i = 0; i < rounds; i++) {
        lock_somehow(&mutex, state);
        check("threads inside", 0, inside++);
        unsigned long before = count;
        dither(state);
        count = before + 1;
        inside--;
        check("what unlock returns", 0, pthread_mutex_unlock(&mutex));
        went_on();
        dither(state);
    }
}

static void end_mutex(void)
{
    check("rounds of all threads", threads * rounds, count);
    check("pthread_mutex_destroy", 0, pthread_mutex_destroy(&mutex));
}

/* -- recursive: the same, to some depth --------------------------------------------------------- */

static void begin_recursive(void)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&mutex, &attributes);
}

static void storm_recursive(uint64_t *state)
{
    for (unsigned long i = 0; i < rounds; i++) {
        unsigned depth = 1 + draw(state) % 4;
        for (unsigned j = 0; j < depth; j++)
            lock_somehow(&mutex, state);
        check("threads inside", 0, inside++);
        unsigned long before = count;
        dither(state);
        count = before + 1;
        inside--;
        for (unsigned j = 0; j < depth; j++)
            check("what unlock returns", 0, pthread_mutex_unlock(&mutex));
        went_on();
    }
}

/* -- cond: a buffer of few places; nothing is lost, nothing comes twice ------------------------- */

#define PLACES 3
static pthread_cond_t not_full, not_empty;
static unsigned filled;
static unsigned long put_in, taken_out;

static void begin_cond(void)
{
    pthread_cond_init(&not_full, NULL);
    pthread_cond_init(&not_empty, NULL);
    filled = put_in = taken_out = 0;
}

/* Half of the waits have a time that is nearly always too short. */
static void wait_somehow(pthread_cond_t *cond, uint64_t *state)
{
    if (draw(state) % 2) {
        check("pthread_cond_wait", 0, pthread_cond_wait(cond, &mutex));
        return;
    }
    struct timespec at = soon(CLOCK_REALTIME, draw(state) % SHORT);
    int error = pthread_cond_timedwait(cond, &mutex, &at);
    if (error != ETIMEDOUT)
        check("pthread_cond_timedwait", 0, error);
}

static void storm_cond(uint64_t *state)
{
    static unsigned roles;
    bool producer = __atomic_fetch_add(&roles, 1, __ATOMIC_RELAXED) % 2;

    for (unsigned long i = 0; i < rounds; i++) {
        bool after = draw(state) % 2; /* signal while the mutex is held, or after */
        pthread_mutex_lock(&mutex);
        while (filled == (producer ? PLACES : 0))
            wait_somehow(producer ? &not_full : &not_empty, state);
        filled += producer ? 1 : -1;
        *(producer ? &put_in : &taken_out) += 1;
        if (after)
            pthread_mutex_unlock(&mutex);
        pthread_cond_signal(producer ? &not_empty : &not_full);
        if (!after)
            pthread_mutex_unlock(&mutex);
        went_on();
        dither(state);
    }
}

static void end_cond(void)
{
    check("things taken out", put_in, taken_out);
    check("things put in", threads / 2 * rounds, put_in);
    check("pthread_cond_destroy", 0, pthread_cond_destroy(&not_full));
    check("pthread_cond_destroy", 0, pthread_cond_destroy(&not_empty));
}

/* -- broadcast: everybody sees every number; the condition variable is gone at once -------------- */

static struct broadcast {
    pthread_cond_t said, heard;
    unsigned long number;
    unsigned ears;
} * broadcast;

static struct broadcast *broadcast_make(unsigned long number)
{
    struct broadcast *made = malloc(sizeof *made);

    pthread_cond_init(&made->said, NULL);
    pthread_cond_init(&made->heard, NULL);
    made->number = number;
    made->ears = 0;
    return made;
}

/* One thread speaks: when all others listen, it says the number and destroys what they wait by. */
static void speak(uint64_t *state)
{
    for (unsigned long i = 1; i <= rounds; i++) {
        pthread_mutex_lock(&mutex);
        struct broadcast *old = broadcast;
        while (old->ears < threads - 1)
            wait_somehow(&old->heard, state);
        broadcast = broadcast_make(i);
        pthread_cond_broadcast(&old->said);
        pthread_mutex_unlock(&mutex);
        check("pthread_cond_destroy", 0, pthread_cond_destroy(&old->said));
        check("pthread_cond_destroy", 0, pthread_cond_destroy(&old->heard));
        memset(old, 0x5a, sizeof *old);
        free(old);
        went_on();
        dither(state);
    }
}

static void listen(void)
{
    for (unsigned long i = 0; i < rounds; i++) {
        pthread_mutex_lock(&mutex);
        struct broadcast *mine = broadcast;
        check("the number that is said", i, mine->number);
        if (++mine->ears == threads - 1)
            pthread_cond_signal(&mine->heard);
        while (broadcast == mine)
            check("pthread_cond_wait", 0, pthread_cond_wait(&mine->said, &mutex));
        pthread_mutex_unlock(&mutex);
        went_on();
    }
}

static void begin_broadcast(void)
{
    broadcast = broadcast_make(0);
}

static void storm_broadcast(uint64_t *state)
{
    static unsigned roles;

    if (__atomic_fetch_add(&roles, 1, __ATOMIC_RELAXED) == 0)
        speak(state);
    else
        listen();
}

/* -- sem: never more inside than may pass, and all posts arrive ---------------------------------- */

static sem_t passes, letters;

static void begin_sem(void)
{
    check("sem_init", 0, sem_init(&passes, 0, 2));
    check("sem_init", 0, sem_init(&letters, 0, 0));
}

static void sem_take_somehow(sem_t *sem, uint64_t *state)
{
    for (;;) {
        int error;
        struct timespec at;
        switch (draw(state) % 4) {
        case 0:
            error = sem_trywait(sem);
            if (error) {
                check("errno of sem_trywait", EAGAIN, errno);
                sched_yield();
                continue;
            }
            return;
        case 1:
            at = soon(CLOCK_REALTIME, draw(state) % SHORT);
            error = sem_timedwait(sem, &at);
            if (error) {
                check("errno of sem_timedwait", ETIMEDOUT, errno);
                continue;
            }
            return;
        default:
            check("sem_wait", 0, sem_wait(sem));
            return;
        }
    }
}

static void storm_sem(uint64_t *state)
{
    static unsigned roles;
    bool writer = __atomic_fetch_add(&roles, 1, __ATOMIC_RELAXED) % 2;

    for (unsigned long i = 0; i < rounds; i++) {
        sem_take_somehow(&passes, state);
        unsigned now = __atomic_add_fetch(&inside, 1, __ATOMIC_RELAXED);
        if (now > 2)
            wrong("threads inside, at most", 2, now);
        dither(state);
        __atomic_sub_fetch(&inside, 1, __ATOMIC_RELAXED);
        check("sem_post", 0, sem_post(&passes));
        if (writer)
            check("sem_post", 0, sem_post(&letters));
        else
            sem_take_somehow(&letters, state);
        went_on();
    }
}

static void end_sem(void)
{
    int value = -1;

    sem_getvalue(&passes, &value);
    check("the value of `passes` at the end", 2, value);
    sem_getvalue(&letters, &value);
    check("the value of `letters` at the end", 0, value);
}

/* -- barrier: nobody is ahead; the last one out of nothing destroys it ---------------------------- */

static pthread_barrier_t *barrier;
static pthread_barrier_t fixed;
static unsigned serials;

static pthread_barrier_t *barrier_make(void)
{
    pthread_barrier_t *made = malloc(sizeof *made);
    check("pthread_barrier_init", 0, pthread_barrier_init(made, NULL, threads));
    return made;
}

static void begin_barrier(void)
{
    serials = 0;
    barrier = barrier_make();
    check("pthread_barrier_init", 0, pthread_barrier_init(&fixed, NULL, threads));
}

static void storm_barrier(uint64_t *state)
{
    for (unsigned long i = 0; i < rounds; i++) {
        pthread_barrier_t *mine = barrier;
        dither(state);
        __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
        int result = pthread_barrier_wait(mine);
        check("how many have come", (i + 1) * threads, __atomic_load_n(&count, __ATOMIC_RELAXED));
        if (result == PTHREAD_BARRIER_SERIAL_THREAD) {
            __atomic_fetch_add(&serials, 1, __ATOMIC_RELAXED);
            barrier = barrier_make();
            check("pthread_barrier_destroy", 0, pthread_barrier_destroy(mine));
            memset(mine, 0x5a, sizeof *mine);
            free(mine);
        } else
            check("pthread_barrier_wait", 0, result);
        went_on();
        pthread_barrier_wait(&fixed); /* used in every round, and seldom destroyed */
    }
}

static void end_barrier(void)
{
    check("serial threads", rounds, serials);
    check("pthread_barrier_destroy", 0, pthread_barrier_destroy(&fixed));
}

/* -- rwlock: readers see pairs that are whole, writers are alone ----------------------------------- */

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static volatile unsigned long pair[2];
static unsigned long writes;

static void read_lock_somehow(uint64_t *state)
{
    for (;;) {
        struct timespec at = soon(CLOCK_REALTIME, draw(state) % SHORT);
        uint64_t way = draw(state) % 4;
        int error = way == 0   ? pthread_rwlock_tryrdlock(&rwlock)
                    : way == 1 ? pthread_rwlock_timedrdlock(&rwlock, &at)
                               : pthread_rwlock_rdlock(&rwlock);
        if (way < 2 && error == (way == 0 ? EBUSY : ETIMEDOUT)) {
            sched_yield();
            continue;
        }
        check("a read lock", 0, error);
        return;
    }
}

static void write_lock_somehow(uint64_t *state)
{
    for (;;) {
        struct timespec at = soon(CLOCK_REALTIME, draw(state) % SHORT);
        uint64_t way = draw(state) % 4;
        int error = way == 0   ? pthread_rwlock_trywrlock(&rwlock)
                    : way == 1 ? pthread_rwlock_timedwrlock(&rwlock, &at)
                               : pthread_rwlock_wrlock(&rwlock);
        if (way < 2 && error == (way == 0 ? EBUSY : ETIMEDOUT)) {
            sched_yield();
            continue;
        }
        check("a write lock", 0, error);
        return;
    }
}

static void storm_rwlock(uint64_t *state)
{
    for (unsigned long i = 0; i < rounds; i++) {
        if (draw(state) % 4 == 0) {
            write_lock_somehow(state);
            check("threads inside", 0, __atomic_fetch_add(&inside, 1, __ATOMIC_RELAXED));
            pair[0]++;
            dither(state);
            pair[1]++;
            writes++;
            __atomic_fetch_sub(&inside, 1, __ATOMIC_RELAXED);
        } else {
            read_lock_somehow(state);
            unsigned long first = pair[0];
            dither(state);
            check("the pair that a reader sees", first, pair[1]);
        }
        check("pthread_rwlock_unlock", 0, pthread_rwlock_unlock(&rwlock));
        went_on();
        dither(state);
    }
}

static void end_rwlock(void)
{
    check("what writers wrote", writes, pair[0]);
    check("pthread_rwlock_destroy", 0, pthread_rwlock_destroy(&rwlock));
}

/* -- sleep: no thread comes back before its time, whatever it waits by ---------------------------- */

static sem_t nobody_posts;
static pthread_cond_t nobody_signals;

static void begin_sleep(void)
{
    check("sem_init", 0, sem_init(&nobody_posts, 0, 0));
    pthread_cond_init(&nobody_signals, NULL);
}

static bool is_before(const struct timespec *one, const struct timespec *other)
{
    return one->tv_sec < other->tv_sec ||
           (one->tv_sec == other->tv_sec && one->tv_nsec < other->tv_nsec);
}

static void storm_sleep(uint64_t *state)
{
    for (unsigned long i = 0; i < rounds; i++) {
        struct timespec at = soon(CLOCK_REALTIME, draw(state) % (5 * SHORT)), now;
        switch (draw(state) % 3) {
        case 0:
            check("clock_nanosleep", 0, clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL));
            break;
        case 1:
            check("sem_timedwait", -1, sem_timedwait(&nobody_posts, &at));
            check("errno of sem_timedwait", ETIMEDOUT, errno);
            break;
        default:
            pthread_mutex_lock(&mutex);
            while (pthread_cond_timedwait(&nobody_signals, &mutex, &at) != ETIMEDOUT)
                ; /* woken in vain */
            pthread_mutex_unlock(&mutex);
        }
        clock_gettime(CLOCK_REALTIME, &now);
        check("woken before the time was up", false, is_before(&now, &at));
        went_on();
        dither(state);
    }
}

static void end_sleep(void)
{
    check("sem_destroy", 0, sem_destroy(&nobody_posts));
    check("pthread_cond_destroy", 0, pthread_cond_destroy(&nobody_signals));
}

/* -- pair: two by two, and nobody else helps: a wake-up that is lost is missed ------------------- */

static struct pair {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    sem_t there[2];
    pthread_barrier_t both;
    unsigned turn, inside;
} pairs[THREADS_MAX / 2];

static void begin_pair(void)
{
    for (unsigned i = 0; i < threads / 2; i++) {
        struct pair *pair = &pairs[i];
        pthread_mutex_init(&pair->mutex, NULL);
        pthread_cond_init(&pair->changed, NULL);
        check("sem_init", 0, sem_init(&pair->there[0], 0, 0));
        check("sem_init", 0, sem_init(&pair->there[1], 0, 0));
        check("pthread_barrier_init", 0, pthread_barrier_init(&pair->both, NULL, 2));
        pair->turn = pair->inside = 0;
    }
}

static void take_turn(struct pair *pair, unsigned side)
{
    pthread_mutex_lock(&pair->mutex);
    while (pair->turn % 2 != side)
        check("pthread_cond_wait", 0, pthread_cond_wait(&pair->changed, &pair->mutex));
    pair->turn++;
    pthread_mutex_unlock(&pair->mutex);
    pthread_cond_signal(&pair->changed);
}

static void one_inside(struct pair *pair, uint64_t *state)
{
    pthread_mutex_lock(&pair->mutex);
    check("threads inside", 0, pair->inside++);
    dither(state);
    pair->inside--;
    check("what unlock returns", 0, pthread_mutex_unlock(&pair->mutex));
}

static void storm_pair(uint64_t *state)
{
    static unsigned roles;
    unsigned role = __atomic_fetch_add(&roles, 1, __ATOMIC_RELAXED), side = role % 2;
    struct pair *pair = &pairs[role / 2 % (threads / 2)];
    uint64_t common = seed + role / 2; /* what both of them draw */

    for (unsigned long i = 0; i < rounds; i++) {
        int result;
        dither(state);
        switch (draw(&common) % 4) {
        case 0:
            take_turn(pair, side);
            break;
        case 1:
            check("sem_post", 0, sem_post(&pair->there[side]));
            check("sem_wait", 0, sem_wait(&pair->there[!side]));
            break;
        case 2:
            result = pthread_barrier_wait(&pair->both);
            if (result != PTHREAD_BARRIER_SERIAL_THREAD)
                check("pthread_barrier_wait", 0, result);
            break;
        default:
            one_inside(pair, state);
        }
        went_on();
    }
}

/* -- once: one call for all, and nobody goes on before its end -------------------------------------- */

static pthread_once_t *onces;
static unsigned *done;
static unsigned long which;

static void only_once(void)
{
    uint64_t state = which;
    dither(&state);
    done[which]++;
    dither(&state);
    done[which]++;
}

static void begin_once(void)
{
    static const pthread_once_t fresh = PTHREAD_ONCE_INIT;

    onces = malloc(rounds * sizeof *onces);
    done = calloc(rounds, sizeof *done);
    for (unsigned long i = 0; i < rounds; i++)
        onces[i] = fresh;
    pthread_barrier_init(&fixed, NULL, threads);
}

static void storm_once(uint64_t *state)
{
    for (unsigned long i = 0; i < rounds; i++) {
        __atomic_store_n(&which, i, __ATOMIC_RELAXED); /* the same from everybody */
        dither(state);
        check("pthread_once", 0, pthread_once(&onces[i], only_once));
        check("what the function has done", 2, done[i]);
        went_on();
        pthread_barrier_wait(&fixed);
    }
}

/* -- spin: as the mutex, without sleep -------------------------------------------------------------- */

static pthread_spinlock_t spinlock;

static void begin_spin(void)
{
    pthread_spin_init(&spinlock, PTHREAD_PROCESS_PRIVATE);
}

static void storm_spin(uint64_t *state)
{
    for (unsigned long i = 0; i < rounds; i++) {
        if (draw(state) % 4 || pthread_spin_trylock(&spinlock))
            check("pthread_spin_lock", 0, pthread_spin_lock(&spinlock));
        check("threads inside", 0, inside++);
        unsigned long before = count;
        dither(state);
        count = before + 1;
        inside--;
        pthread_spin_unlock(&spinlock);
        went_on();
        dither(state);
    }
}

static void end_spin(void)
{
    check("rounds of all threads", threads * rounds, count);
}

/* ---------------------------------------------------------------------------------------------- */

static void nothing(void)
{
}

static const struct storm {
    const char *name;
    void (*begin)(void);
    void (*run)(uint64_t *state);
    void (*end)(void);
} storms[] = {
    {"mutex", nothing, storm_mutex, end_mutex},
    {"recursive", begin_recursive, storm_recursive, end_mutex},
    {"cond", begin_cond, storm_cond, end_cond},
    {"broadcast", begin_broadcast, storm_broadcast, nothing},
    {"sem", begin_sem, storm_sem, end_sem},
    {"barrier", begin_barrier, storm_barrier, end_barrier},
    {"rwlock", nothing, storm_rwlock, end_rwlock},
    {"sleep", begin_sleep, storm_sleep, end_sleep},
    {"pair", begin_pair, storm_pair, nothing},
    {"once", begin_once, storm_once, nothing},
    {"spin", begin_spin, storm_spin, end_spin},
};
static const struct storm *storm;

static void *run(void *number)
{
    uint64_t state = seed * THREADS_MAX + (uintptr_t)number;

    storm->run(&state);
    __atomic_fetch_add(&finished, 1, __ATOMIC_RELEASE);
    return NULL;
}

/* futex_wake may come too late, to what has become another's word: so nothing may rely on it. */
static void wake_in_vain(void)
{
#if OUR_KERNEL
    static const struct {
        void *at;
        size_t size;
    } objects[] = {
        {&mutex, sizeof mutex},
        {&not_full, sizeof not_full},
        {&not_empty, sizeof not_empty},
        {&passes, sizeof passes},
        {&letters, sizeof letters},
        {&fixed, sizeof fixed},
        {&rwlock, sizeof rwlock},
        {&nobody_posts, sizeof nobody_posts},
        {&nobody_signals, sizeof nobody_signals},
    };
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
        for (size_t at = 0; at < objects[i].size; at += sizeof(uint32_t))
            futex_wake((uint32_t *)((char *)objects[i].at + at), 1);
#endif
}

/* Main takes part in nothing, so it can tell when the others have come to a stop. */
static void watch(void)
{
    unsigned long last = -1ul;
    const struct timespec look = {.tv_nsec = LOOK};

    for (unsigned still = 0; __atomic_load_n(&finished, __ATOMIC_ACQUIRE) < threads; still++) {
        unsigned long now = __atomic_load_n(&progress, __ATOMIC_RELAXED);
        if (now != last)
            still = 0;
        else if (still == STUCK) {
            printf("stuck: all threads wait, %u of %u have ended, %lu rounds are done "
                   "(sync_storm %lu %u %lu %s)\n",
                   finished, threads, now, (unsigned long)seed, threads, rounds, kind);
            exit(1);
        }
        last = now;
        if (in_vain)
            wake_in_vain();
        nanosleep(&look, NULL);
    }
}

static const struct storm *find(const char *name)
{
    for (size_t i = 0; i < sizeof storms / sizeof storms[0]; i++)
        if (strcmp(name, storms[i].name) == 0)
            return &storms[i];
    return NULL;
}

static int usage(void)
{
    printf("usage: sync_storm SEED THREADS ROUNDS KIND...: THREADS is even, at most %u; KIND is",
           THREADS_MAX);
    for (size_t i = 0; i < sizeof storms / sizeof storms[0]; i++)
        printf(" %s", storms[i].name);
    printf("\n");
    return 2;
}

int main(int argc, char **argv)
{
    static pthread_t all[THREADS_MAX];

    if (argc < 5)
        return usage();
    seed = strtoul(argv[1], NULL, 0);
    threads = strtoul(argv[2], NULL, 0);
    rounds = strtoul(argv[3], NULL, 0);
    if (threads < 2 || threads > THREADS_MAX || threads % 2)
        return usage();
    for (int arg = 4; arg < argc; arg++) {
        kind = argv[arg];
        if (strcmp(kind, "vain") == 0) {
            in_vain = true;
            continue;
        }
        storm = find(kind);
        if (!storm)
            return usage();
        pthread_mutex_init(&mutex, NULL);
        progress = finished = inside = count = 0;
        storm->begin();
        for (uintptr_t i = 0; i < threads; i++)
            check("pthread_create", 0, pthread_create(&all[i], NULL, run, (void *)i));
        watch();
        for (unsigned i = 0; i < threads; i++)
            check("pthread_join", 0, pthread_join(all[i], NULL));
        storm->end();
        printf("%s: %lu rounds\n", kind, progress);
    }
    return 0;
}
