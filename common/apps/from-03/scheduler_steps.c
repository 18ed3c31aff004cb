/*
 * One property of the scheduler at a time: `scheduler_steps STEP …`. Reports what it has measured.
 * What stands before OUR_KERNEL is ordinary C for Linux, too.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if __has_include("threads/scheduler.h")
#include "report.h"
#include "mm/layout.h"
#include "smp/cpu.h"
#include "threads/placement.h"
#include "threads/scheduler.h"
#include "threads/thread.h"
#include "threads/waiting.h"
#define OUR_KERNEL 1
#else
#define report     printf
#define OUR_KERNEL 0
#endif

#define THREADS_MAX 256
#define SECOND      1000000000l

static _Noreturn void wrong(const char *what, long expected, long found)
{
    report("# wrong %s\n# expected %ld\n# found %ld\n", what, expected, found);
    exit(1);
}

/* splitmix64: a counter, stirred. */
static uint64_t draw(uint64_t *state)
{
    uint64_t bits = *state += 0x9e3779b97f4a7c15;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
    return bits ^ bits >> 31;
}

static long clock_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static long now(void)
{
    return clock_of(CLOCK_MONOTONIC);
}

static void sleep_until(long when)
{
    struct timespec time = {when / SECOND, when % SECOND};
    int error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);

    if (error)
        wrong("the result of clock_nanosleep", 0, error);
}

static pthread_t begin_with(int priority, void *function(void *), void *argument)
{
    struct sched_param param = {.sched_priority = priority};
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedparam(&attributes, &param);
    int error = pthread_create(&thread, &attributes, function, argument);
    if (error)
        wrong("the result of pthread_create", 0, error);
    return thread;
}

static pthread_t begin(void *function(void *), void *argument)
{
    return begin_with(0, function, argument);
}

/*
 * Without a call, so that only an interrupt takes the processor away. QEMU, where it counts
 * instructions, goes on to the next CPU at `pause`.
 */
static void compute(long rounds)
{
    for (; rounds > 0; rounds--) {
        for (volatile int i = 0; i < 20; i++)
            ;
        __builtin_ia32_pause();
    }
}

static void *pauses(void *argument)
{
    compute(1);
    return NULL;
}

static volatile int stop;

static void *hog(void *argument)
{
    while (!stop)
        compute(1);
    return NULL;
}

/* -- sleep: HOGS PRIORITY NANOSECONDS… ---------------------------------------------------------------------- */

static void step_sleep(int count, char **numbers)
{
    for (int i = 0; i < atoi(numbers[0]); i++)
        begin_with(atoi(numbers[1]), hog, NULL);
    for (int i = 2; i < count; i++) {
        long wanted = atol(numbers[i]), start = now();
        struct timespec time = {wanted / SECOND, wanted % SECOND};
        if (nanosleep(&time, NULL))
            wrong("the result of nanosleep", 0, -1);
        report("slept %ld of %ld\n", now() - start, wanted);
    }
}

/* -- sleepers: SEED THREADS LONGEST ------------------------------------------------------------------ */

static struct sleeper {
    uint64_t seed;
    long begin, longest, late;
} sleepers[THREADS_MAX];

static void *sleeps(void *argument)
{
    struct sleeper *self = argument;

    sleep_until(self->begin);
    for (int i = 0; i < 10; i++) {
        long when = now() + draw(&self->seed) % self->longest;
        sleep_until(when);
        long late = now() - when;
        if (late < 0)
            wrong("nanoseconds by which a thread woke too late", 0, late);
        if (late > self->late)
            self->late = late;
    }
    return NULL;
}

static void step_sleepers(int count, char **numbers)
{
    uint64_t seed = strtoul(numbers[0], NULL, 0);
    int threads = atoi(numbers[1]);
    pthread_t ids[THREADS_MAX];
    long late = 0, begin_all = now() + SECOND / 50; /* all have been made then, which takes time */

    for (int i = 0; i < threads; i++) {
        sleepers[i] = (struct sleeper){draw(&seed), begin_all + i * 50000, atol(numbers[2]), 0};
        ids[i] = begin(sleeps, &sleepers[i]);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        if (sleepers[i].late > late)
            late = sleepers[i].late;
    }
    report("at most %ld late\n", late);
}

/* -- yield: THREADS TURNS ---------------------------------------------------------------------------- */

static volatile long turns[THREADS_MAX];
static long turns_wanted, least[THREADS_MAX];
static int yielders;
static volatile int last_turn = -1;
static volatile long in_a_row;
static long yield_start;

static void *yields(void *argument)
{
    int self = (long)argument;

    sleep_until(yield_start);
    while (turns[self] < turns_wanted) {
        turns[self]++;
        in_a_row += last_turn == self;
        last_turn = self;
        sched_yield();
    }
    least[self] = turns_wanted; /* how far the others are, when this one is done */
    for (int i = 0; i < yielders; i++)
        if (turns[i] < least[self])
            least[self] = turns[i];
    return NULL;
}

static void step_yield(int count, char **numbers)
{
    pthread_t ids[THREADS_MAX];
    long fewest;

    yielders = atoi(numbers[0]);
    fewest = turns_wanted = atol(numbers[1]);
    yield_start = now() + 20000000;
    for (long i = 0; i < yielders; i++)
        ids[i] = begin(yields, (void *)i);
    while (now() < yield_start) /* all sleep meanwhile, and begin as equals */
        compute(1);
    for (int i = 0; i < yielders; i++) {
        pthread_join(ids[i], NULL);
        if (least[i] < fewest)
            fewest = least[i];
    }
    report("at least %ld of %ld turns, %ld in a row\n", fewest, turns_wanted, in_a_row);
}

/* -- chain: MILLISECONDS: each thread makes the next one and ends, beside one that counts ------------ */

static long hog_ran, chain_ran;
static volatile long chain_length;

static void *counted_hog(void *argument)
{
    hog(NULL);
    hog_ran = clock_of(CLOCK_THREAD_CPUTIME_ID);
    return NULL;
}

static void *link(void *argument)
{
    pthread_t next;

    pthread_detach(pthread_self());
    chain_length++;
    compute(200);
    if (!stop && pthread_create(&next, NULL, link, NULL))
        wrong("whether the chain goes on", 1, 0);
    chain_ran += clock_of(CLOCK_THREAD_CPUTIME_ID);
    return NULL;
}

static void step_chain(int count, char **numbers)
{
    long start = now();
    pthread_t thread = begin(counted_hog, NULL);

    begin(link, NULL);
    sleep_until(start + atol(numbers[0]) * 1000000);
    stop = 1;
    pthread_join(thread, NULL);
    report("hog %ld, chain of %ld %ld\n", hog_ran, chain_length, chain_ran);
}

/* -- begin: THREADS: made one after another by a thread that does not wait for them -------------------- */

static volatile long begun;

static void *begins(void *argument)
{
    begun = now();
    return NULL;
}

static void step_begin(int count, char **numbers)
{
    long latest = 0;

    for (int i = 0; i < atoi(numbers[0]); i++) {
        begun = 0;
        pthread_t thread = begin(begins, NULL);
        long start = now();
        while (!begun && now() < start + SECOND / 10)
            compute(1);
        if (!begun)
            wrong("whether a thread begins while its maker computes for 100 ms", 1, 0);
        if (begun - start > latest)
            latest = begun - start;
        pthread_join(thread, NULL);
        sleep_until(now() + 10000000); /* whatever was armed has gone by */
    }
    report("at most %ld until the thread begins\n", latest);
}

/* -- late: MILLISECONDS: one thread computes from the start, another after a long sleep ---------------- */

static long long_time;

static void *late_hog(void *argument)
{
    long start = now();

    sleep_until(start + 2 * long_time);
    return hog(argument);
}

static void step_late(int count, char **numbers)
{
    pthread_t early, late;
    long start = now(), before, early_ran, late_ran;

    long_time = atol(numbers[0]) * 1000000;
    early = begin(counted_hog, NULL);
    late = begin(late_hog, NULL);
    sleep_until(start + 2 * long_time);
    before = now();
    sleep_until(before + long_time);
    stop = 1;
    pthread_join(late, NULL);
    pthread_join(early, NULL);
    early_ran = hog_ran - 2 * long_time;
    late_ran = now() - before - early_ran;
    report("early %ld, late %ld\n", early_ran, late_ran);
}

/* -- nap: MILLISECONDS: a thread that sleeps a little, and often, beside one that does not ------------- */

static void *naps(void *argument)
{
    while (!stop) {
        long until = now() + 1000000;
        while (now() < until)
            compute(1);
        sleep_until(now() + 20000);
    }
    return NULL;
}

static void step_nap(int count, char **numbers)
{
    long length = atol(numbers[0]) * 1000000, start = now();
    pthread_t one = begin(counted_hog, NULL), other = begin(naps, NULL);

    sleep_until(start + length);
    stop = 1;
    pthread_join(other, NULL);
    pthread_join(one, NULL);
    report("hog %ld of %ld\n", hog_ran, length);
}

/* -- end: THREADS: made and joined ---------------------------------------------------------------- */

static void step_end(int count, char **numbers)
{
    for (int i = 0; i < atoi(numbers[0]); i++)
        pthread_join(begin(pauses, NULL), NULL);
    sched_yield();
    report("joined %d\n", atoi(numbers[0]));
}

/* -- posix: results of calls --------------------------------------------------------------------- */

static void same(const char *what, long expected, long found)
{
    if (expected != found)
        wrong(what, expected, found);
}

static void step_posix(void)
{
    struct timespec time = {0, SECOND}, zero = {0, 0}, negative = {-1, 0}, got;
    struct sched_param param = {0};
    pthread_attr_t attributes;
    int policy, inherit;

    same("nanosleep with 10^9 ns", -1, nanosleep(&time, NULL));
    same("nanosleep with -1 s", -1, nanosleep(&negative, NULL));
    same("nanosleep with 0", 0, nanosleep(&zero, NULL));
    same("clock_nanosleep with 10^9 ns", 22, clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL));
    same("clock_nanosleep on no clock", 22, clock_nanosleep(99, 0, &zero, NULL));
    same("clock_nanosleep until the past", 0,
         clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &zero, NULL));
    same("clock_gettime of no clock", -1, clock_gettime(99, &got));
    same("clock_getres of no clock", -1, clock_getres(99, &got));
    same("clock_getres", 0, clock_getres(CLOCK_MONOTONIC, &got));
    same("the resolution in seconds", 0, got.tv_sec);

    same("sched_yield", 0, sched_yield());
    same("sched_get_priority_max of no policy", -1, sched_get_priority_max(99));
    same("that 0 is a priority", 1,
         sched_get_priority_min(SCHED_OTHER) <= 0 && sched_get_priority_max(SCHED_OTHER) >= 0);
    same("pthread_getschedparam", 0, pthread_getschedparam(pthread_self(), &policy, &param));
    same("main's policy", SCHED_OTHER, policy);
    same("main's priority", 0, param.sched_priority);
    same("pthread_setschedparam", 0, pthread_setschedparam(pthread_self(), SCHED_OTHER, &param));
    param.sched_priority = sched_get_priority_max(SCHED_OTHER) + 1;
    same("pthread_setschedparam beyond the highest", 22,
         pthread_setschedparam(pthread_self(), SCHED_OTHER, &param));

    pthread_attr_init(&attributes);
    same("pthread_attr_getinheritsched", 0, pthread_attr_getinheritsched(&attributes, &inherit));
    same("whether priorities are inherited", PTHREAD_INHERIT_SCHED, inherit);
    same("pthread_attr_setinheritsched of nonsense", 22,
         pthread_attr_setinheritsched(&attributes, 99));
    same("pthread_attr_setschedpolicy of nonsense", 22,
         pthread_attr_setschedpolicy(&attributes, 99));

    long before = clock_of(CLOCK_THREAD_CPUTIME_ID), start = now();
    sleep_until(start + 5000000);
    same("whether a sleeper uses its processor", 0,
         clock_of(CLOCK_THREAD_CPUTIME_ID) - before > 2500000);
    for (start = now(); now() < start + 5000000;)
        ;
    same("whether 5 ms of computing count as less than 2.5", 0,
         clock_of(CLOCK_THREAD_CPUTIME_ID) - before < 2500000);
    long thread_time = clock_of(CLOCK_THREAD_CPUTIME_ID);
    same("whether the process' time is at least the thread's", 1,
         clock_of(CLOCK_PROCESS_CPUTIME_ID) >= thread_time);

#if OUR_KERNEL
    for (int priority = -20; priority <= 20; priority++) {
        same("pthread_setschedprio", 0, pthread_setschedprio(pthread_self(), priority));
        pthread_getschedparam(pthread_self(), &policy, &param);
        same("the priority that was set", priority, param.sched_priority);
    }
#endif
    report("all as it should be\n");
}

#if OUR_KERNEL

/* -- alone: one thread that counts, and nobody else -------------------------------------------------- */

static volatile uint64_t alone_count;

static void step_alone(void)
{
    sleep_until(now() + 1000000);
    for (;;)
        alone_count++;
}

/* -- wait: everybody waits, for ever ----------------------------------------------------------------- */

/* The waiter of the steps below; the grader wakes it. */
struct thread *steps_waiter;
static volatile long steps_rounds;

static bool wait(long deadline)
{
    uint64_t flags = interrupts_save();

    thread_prepare_wait();
    bool woken = thread_wait(deadline);
    interrupts_restore(flags);
    return woken;
}

static void step_wait(void)
{
    steps_waiter = thread_self();
    for (;;) {
        wait(UINT64_MAX);
        steps_rounds++;
    }
}

/* -- timeout: DEADLINE: a wait that ends in time, and then one that does not --------------------------- */

static void *wakes_early(void *argument)
{
    sleep_until(now() + (long)argument / 4);
    thread_wake(steps_waiter);
    return NULL;
}

static void step_timeout(int count, char **numbers)
{
    long length = atol(numbers[0]);

    steps_waiter = thread_self();
    for (int i = 0; i < 20; i++) {
        pthread_t thread = begin(wakes_early, (void *)length);
        long start = now();
        same("whether a wait that somebody ended has not timed out", 1, wait(start + length));
        same("whether it ended when somebody ended it", 1, now() < start + length / 2);
        pthread_join(thread, NULL);
        /* If the first deadline still counted, this wait would end at it. */
        long again = now();
        same("whether a wait that nobody ends has timed out", 0, wait(again + 2 * length));
        same("whether it ended before its time", 0, now() < again + 2 * length);
        same("whether it ended much after its time", 0, now() > again + 2 * length + length / 10);
    }
    report("40 waits\n");
}

/* -- relay: ROUNDS: two threads wake each other in turn ------------------------------------------------ */

static struct runner {
    struct thread *thread;
    volatile bool baton;
} runners[2];
static long relay_rounds;

static void *runs(void *argument)
{
    struct runner *self = argument, *other = self == runners ? runners + 1 : runners;

    __atomic_store_n(&self->thread, thread_self(), __ATOMIC_RELEASE);
    while (!__atomic_load_n(&other->thread, __ATOMIC_ACQUIRE))
        sched_yield();
    for (long i = 0; i < relay_rounds; i++) {
        uint64_t flags = interrupts_save();
        thread_prepare_wait();
        if (__atomic_load_n(&self->baton, __ATOMIC_SEQ_CST))
            thread_cancel_wait();
        else
            thread_wait(UINT64_MAX);
        interrupts_restore(flags);
        if (!self->baton)
            wrong("whether a thread that goes on has been woken", 1, 0);
        self->baton = false;
        __atomic_store_n(&other->baton, true, __ATOMIC_SEQ_CST);
        thread_wake(other->thread);
    }
    return NULL;
}

static void step_relay(int count, char **numbers)
{
    long start = now();

    relay_rounds = atol(numbers[0]);
    runners[0].baton = true;
    pthread_t one = begin(runs, &runners[0]), other = begin(runs, &runners[1]);
    pthread_join(one, NULL);
    pthread_join(other, NULL);
    report("%ld rounds in %ld\n", relay_rounds, now() - start);
}

/* -- steal: JOBS ROUNDS: all that is to be done lies on one busy CPU ------------------------------------ */

static uint32_t jobs_of[CPUS_MAX];
static uint32_t jobs_left;
static long job_rounds;

static void *job(void *argument)
{
    compute(job_rounds);
    __atomic_fetch_add(&jobs_of[cpu_number()], 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&jobs_left, 1, __ATOMIC_RELAXED);
    return NULL;
}

static void step_steal(int count, char **numbers)
{
    static struct thread *jobs[THREADS_MAX];
    uint32_t jobs_count = atoi(numbers[0]);

    job_rounds = atol(numbers[1]);
    jobs_left = jobs_count;
    for (uint32_t i = 0; i < jobs_count; i++)
        if (!(jobs[i] = thread_create(job, NULL, STACK_MAX)))
            wrong("whether there is memory for a thread", 1, 0);

    uint64_t flags = interrupts_save();
    struct cpu *cpu = this_cpu();
    spin_take(&cpu->queue.lock);
    for (uint32_t i = 0; i < jobs_count; i++) {
        jobs[i]->home = cpu;
        queue_push(&cpu->queue, jobs[i]);
    }
    spin_release(&cpu->queue.lock);
    /* The others look for work once they have had some. */
    pthread_t wakers[CPUS_MAX];
    for (uint32_t i = 1; i < cpu_count; i++)
        wakers[i] = begin(pauses, NULL);
    long start = now();
    while (__atomic_load_n(&jobs_left, __ATOMIC_RELAXED) && now() < start + SECOND / 10)
        __builtin_ia32_pause();
    long time = now() - start;
    interrupts_restore(flags);
    same("jobs left undone while a CPU was busy and the others were not", 0, jobs_left);
    report("%u jobs in %ld:", jobs_count, time);
    for (uint32_t i = 0; i < cpu_count; i++)
        report(" %u", jobs_of[i]);
    report("\n");
    for (uint32_t i = 1; i < cpu_count; i++)
        pthread_join(wakers[i], NULL);
}

/* -- stay: MILLISECONDS: four equal threads, and how often they find themselves on another CPU ----- */

static uint32_t moves;

static void *moving(void *argument)
{
    uint32_t here = this_cpu()->number;

    while (!stop) {
        compute(1);
        uint32_t cpu = this_cpu()->number;
        if (cpu != here)
            __atomic_fetch_add(&moves, 1, __ATOMIC_RELAXED);
        here = cpu;
    }
    return NULL;
}

static void step_stay(int count, char **numbers)
{
    pthread_t ids[4];
    long start = now();

    for (int i = 0; i < 4; i++)
        ids[i] = begin(moving, NULL);
    sleep_until(start + atol(numbers[0]) * 1000000);
    stop = 1;
    for (int i = 0; i < 4; i++)
        pthread_join(ids[i], NULL);
    report("moved %u times\n", moves);
}

/* -- for calls from outside -------------------------------------------------------------------------- */

/* Whether the CPU that calls holds its queue's lock. */
bool steps_queue_held(void);
bool steps_queue_held(void)
{
    return spin_held(&this_cpu()->queue.lock);
}

/* Where what the grader looks at lies: in struct cpu, and in struct run_queue. */
const uint64_t steps_layout[] = {
    offsetof(struct cpu, number),
    offsetof(struct cpu, queue),
    offsetof(struct run_queue, ready),
    offsetof(struct run_queue, timers),
    offsetof(struct run_queue, lock) + offsetof(struct spinlock, holder),
    offsetof(struct cpu, queue) + offsetof(struct run_queue, idle),
};

/* How many threads have memory. */
uint32_t steps_threads(void);
uint32_t steps_threads(void)
{
    uint32_t count = 0;

    for (unsigned slot = 0; slot < STACKS_MAX; slot++) {
        const struct stack *stack = stack_at(STACK_AREA + slot * STACK_SLOT);
        count += stack && stack->thread;
    }
    return count;
}

/* Whether a stack pointer is on a thread's stack. */
bool steps_on_stack(const struct thread *thread, uint64_t rsp);
bool steps_on_stack(const struct thread *thread, uint64_t rsp)
{
    return rsp > thread->stack->limit && rsp <= thread->stack->top;
}

/*
 * Charges the running thread, of this pass and weight, for a time, while a thread of another pass is
 * ready (0: none is) and virtual_now is `front`. Leaves the thread's pass and virtual_now behind.
 */
uint64_t steps_pass, steps_front;
void steps_charge(uint64_t pass, uint32_t weight, int64_t time, uint64_t ready, uint64_t front);
void steps_charge(uint64_t pass, uint32_t weight, int64_t time, uint64_t ready, uint64_t front)
{
    static struct thread other;
    struct cpu *cpu = this_cpu();
    struct thread *self = cpu->thread;

    cpu->queue.ready.first = NULL;
    other.node.key = ready;
    if (ready)
        heap_insert(&cpu->queue.ready, &other.node);
    self->node.key = pass;
    self->weight = weight;
    self->began = 1ul << 40;
    self->ran = 0;
    virtual_now = front;
    nanos_t end = self->began + time;
    queue_charge(cpu, end);
    queue_charge(cpu, end); /* no time has passed since */
    steps_pass = self->node.key;
    steps_front = virtual_now;
    if (self->ran != (uint64_t)(time > 0 ? time : 0))
        steps_pass = 0;
}

/* Nobody but the thread that runs, whose pass is so small that virtual_now stays where it is. */
static struct cpu *steps_nobody_ready(uint64_t front)
{
    struct cpu *cpu = this_cpu();

    cpu->queue.ready.first = cpu->queue.timers.first = NULL;
    cpu->queue.ready_count = 0;
    cpu->thread->node.key = 0;
    queue_run(cpu, cpu->thread, clock_now());
    virtual_now = front;
    return cpu;
}

static struct thread steps_thread;

/* The pass of a thread that has been woken, if it was `pass`, and virtual_now is `front`. */
uint64_t steps_place(uint64_t pass, uint64_t front);
uint64_t steps_place(uint64_t pass, uint64_t front)
{
    uint64_t flags = interrupts_save();
    struct cpu *cpu = steps_nobody_ready(front);

    steps_thread = (struct thread){.state = THREAD_READY, .weight = WEIGHT_NORMAL, .home = cpu};
    steps_thread.node.key = pass;
    thread_place(&steps_thread);
    steps_nobody_ready(front);
    interrupts_restore(flags);
    return steps_thread.node.key;
}

/* Whether wake_sleepers wakes a thread whose time is up so many ns before the time that it is told. */
bool steps_due(int64_t before);
bool steps_due(int64_t before)
{
    uint64_t flags = interrupts_save();
    struct cpu *cpu = steps_nobody_ready(0);
    nanos_t now = clock_now();

    steps_thread = (struct thread){.state = THREAD_WAITING, .weight = WEIGHT_NORMAL, .home = cpu};
    steps_thread.timer.key = now - before;
    heap_insert(&cpu->queue.timers, &steps_thread.timer);
    wake_sleepers(cpu, now);
    bool woken = steps_thread.state == THREAD_READY;
    steps_nobody_ready(0);
    interrupts_restore(flags);
    return woken;
}

/*
 * What queue_arm arms: ns from now, INT64_MAX for nothing. The slice ends at `slice_end` and the
 * first timer is at `timer` (0: there is none), both from now; the timer is armed for `armed`.
 */
int64_t steps_arm(bool ready, bool wanted, int64_t slice_end, int64_t timer, int64_t armed);
int64_t steps_arm(bool ready, bool wanted, int64_t slice_end, int64_t timer, int64_t armed)
{
    uint64_t flags = interrupts_save();
    struct cpu *cpu = steps_nobody_ready(0);
    nanos_t now = clock_now();
    static struct thread sleeper;

    steps_thread = (struct thread){.state = THREAD_READY, .weight = WEIGHT_NORMAL, .home = cpu};
    sleeper = (struct thread){.state = THREAD_WAITING, .home = cpu};
    sleeper.timer.key = now + timer;
    if (ready)
        queue_push(&cpu->queue, &steps_thread);
    if (timer)
        heap_insert(&cpu->queue.timers, &sleeper.timer);
    cpu->queue.preempt_wanted = wanted;
    cpu->queue.slice_end = now + slice_end;
    cpu->queue.armed = armed == INT64_MAX ? UINT64_MAX : now + armed;
    queue_arm(cpu);
    uint64_t found = cpu->queue.armed;
    steps_nobody_ready(0);
    cpu->queue.armed = UINT64_MAX;
    interrupts_restore(flags);
    return found == UINT64_MAX ? INT64_MAX : (int64_t)(found - now);
}

/* How many threads of all CPUs are ready. */
uint32_t steps_ready(void);
uint32_t steps_ready(void)
{
    uint32_t ready = 0;

    for (uint32_t i = 0; i < cpu_count; i++)
        ready += cpus[i]->queue.ready_count;
    return ready;
}

#endif

int main(int argc, char **argv)
{
    const char *step = argc > 1 ? argv[1] : "";
    char **numbers = argv + 2;
    int count = argc - 2;

    if (!strcmp(step, "sleep") && count >= 3)
        step_sleep(count, numbers);
    else if (!strcmp(step, "sleepers") && count == 3)
        step_sleepers(count, numbers);
    else if (!strcmp(step, "yield") && count == 2)
        step_yield(count, numbers);
    else if (!strcmp(step, "chain") && count == 1)
        step_chain(count, numbers);
    else if (!strcmp(step, "begin") && count == 1)
        step_begin(count, numbers);
    else if (!strcmp(step, "late") && count == 1)
        step_late(count, numbers);
    else if (!strcmp(step, "nap") && count == 1)
        step_nap(count, numbers);
    else if (!strcmp(step, "end") && count == 1)
        step_end(count, numbers);
    else if (!strcmp(step, "posix"))
        step_posix();
#if OUR_KERNEL
    else if (!strcmp(step, "alone"))
        step_alone();
    else if (!strcmp(step, "wait"))
        step_wait();
    else if (!strcmp(step, "relay") && count == 1)
        step_relay(count, numbers);
    else if (!strcmp(step, "timeout") && count == 1)
        step_timeout(count, numbers);
    else if (!strcmp(step, "steal") && count == 2)
        step_steal(count, numbers);
    else if (!strcmp(step, "stay") && count == 1)
        step_stay(count, numbers);
#endif
    else {
        printf("usage: scheduler_steps STEP NUMBER...\n");
        return 2;
    }
    return 0;
}
