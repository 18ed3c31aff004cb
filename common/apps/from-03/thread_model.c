/*
 * Threads without a scheduler of the kernel's: the application has one of its own, which draws who
 * runs next, and lets threads meet in ways that are seldom on a real machine.
 *
 *   thread_model registers SEED THREADS SWITCHES   thread_switch keeps all that it has to
 *   thread_model lives SEED ROUNDS                 threads are made, joined, detached, and end
 *   thread_model tls SEED THREADS                  thread-local data, errno and keys
 *   thread_model sequence COUNT                    one thread after another
 *   thread_model crowd COUNT                       so many at once
 *   thread_model memory                            thread_create where memory is short
 *   thread_model stacks SEED COUNT                 stacks come and go
 *   thread_model slots                             as many stacks as there can be
 *   thread_model deep BYTES                        a thread that uses so much of its stack
 *   thread_model last                              main ends before the others
 *
 * The grader writes a jump to model_schedule at the start of `schedule`, and so on,
 * when the machine has reached main. There is one processor, and no interrupt comes.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "mm/frames.h"
#include "mm/direct.h"
#include "mm/heap.h"
#include "mm/layout.h"
#include "report.h"
#include "smp/cpu.h"
#include "threads/fpu.h"
#include "threads/stack_cache.h"
#include "threads/thread.h"
#include "threads/tls.h"
#include "x86.h"

#define LIVES_MAX 64
#define CROWD_MAX 16384

static uint64_t random_state = 1;

static uint64_t draw(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % below;
}

static uint64_t draw_word(void)
{
    return draw(1ul << 32) << 32 | draw(1ul << 32);
}

static _Noreturn void wrong(const char *what, uint64_t expected, uint64_t found)
{
    report("# wrong %s\n# expected %#lx\n# found %#lx\n", what, expected, found);
    exit(1);
}

static void check(const char *what, uint64_t expected, uint64_t found)
{
    if (expected != found)
        wrong(what, expected, found);
}

static const char *error_name(int error)
{
    static const struct {
        int error;
        const char *name;
    } names[] = {{0, "0"},           {EINVAL, "EINVAL"}, {EDEADLK, "EDEADLK"}, {EAGAIN, "EAGAIN"},
                 {ENOMEM, "ENOMEM"}, {ESRCH, "ESRCH"},   {EBUSY, "EBUSY"}};
    static char number[24];

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].error == error)
            return names[i].name;
    snprintf(number, sizeof number, "%d", error);
    return number;
}

static _Noreturn void wrong_words(const char *what, const char *expected, const char *found)
{
    report("# wrong %s\n# expected %s\n", what, expected);
    report("# found %s\n", found);
    exit(1);
}

/* Of what gives 0 or an error number, with the sign that POSIX gives it. */
static void check_error(const char *what, int expected, int found)
{
    if (expected != found)
        wrong_words(what, error_name(expected), error_name(found));
}

static bool interrupts_are_on(void)
{
    uint64_t flags = interrupts_save();

    interrupts_restore(flags);
    return flags & RFLAGS_IF;
}

/* ---- a scheduler ------------------------------------------------------------------------------ */

static struct thread *ready[CROWD_MAX + 8], *dead;
static unsigned ready_count;
static bool fair; /* the one that has waited longest is next, instead of any */

void model_schedule(void);
void model_finish(void);
void model_wake(struct thread *thread);
void model_start(struct thread *thread);
void model_prepare_wait(void);
bool model_wait(nanos_t deadline);

/* For schedule_finish: whoever ended has left the processor. */
void model_finish(void)
{
    struct thread *gone = dead;

    dead = NULL;
    if (gone)
        thread_release(gone);
}

static unsigned slots_seen = 2 * LIVES_MAX; /* those of `make` lie below */

static const struct stack *stack_of(unsigned slot)
{
    return stack_at(STACK_AREA + slot * STACK_SLOT);
}

static struct thread *thread_of(unsigned slot)
{
    const struct stack *stack = stack_of(slot);

    return stack ? stack->thread : NULL;
}

/* All threads wait: says what for, as far as that can be known. */
static _Noreturn void stuck(void)
{
    for (unsigned slot = 0; slot < slots_seen; slot++) {
        const struct thread *thread = thread_of(slot);
        if (!thread || !thread->joiner)
            continue;
        if (thread->joiner->joiner == thread)
            wrong_words("thread_join of a thread that joins the caller", "-EDEADLK",
                        "both wait for ever");
        if (thread->finished)
            wrong_words("thread_join of a thread that has finished", "returns",
                        "waits for ever: was it woken, or did it not look again?");
    }
    wrong_words("threads that wait", "somebody is there to wake them", "all wait for ever");
}

/* For schedule. */
void model_schedule(void)
{
    uint64_t flags = interrupts_save();
    struct thread *from = thread_self();

    if (from->state == THREAD_RUNNING)
        ready[ready_count++] = from;
    else if (from->state == THREAD_DEAD)
        dead = from;
    if (ready_count == 0)
        stuck();
    unsigned next = fair ? 0 : draw(ready_count);
    struct thread *to = ready[next];
    ready_count--;
    if (fair)
        memmove(ready, ready + 1, ready_count * sizeof *ready);
    else
        ready[next] = ready[ready_count];
    to->state = THREAD_RUNNING;
    to->home = this_cpu();
    this_cpu()->thread = to;
    if (to != from)
        thread_switch(from, to);
    model_finish();
    interrupts_restore(flags);
}

/* For thread_wake. Whom a thread joins may vanish as soon as its lock is released. */
void model_wake(struct thread *thread)
{
    struct thread *self = thread_self();

    if (self->joiner == thread && !spin_held(&self->end))
        wrong("waking the joiner without holding `end`: it may be gone by now; held", 1, 0);
    if (thread->state != THREAD_WAITING)
        return;
    if (thread == self) { /* thread_cancel_wait */
        thread->state = THREAD_RUNNING;
        return;
    }
    if (ready_count == CROWD_MAX + 8)
        wrong("more ready threads than there can be", CROWD_MAX, ready_count);
    thread->state = THREAD_READY;
    ready[ready_count++] = thread;
}

/* For thread_start. */
void model_start(struct thread *thread)
{
    model_wake(thread);
}

/* Whether the lock of some thread's end is held; not asked of a crowd. */
static bool end_is_held(void)
{
    for (unsigned slot = 0; slot < slots_seen; slot++) {
        const struct thread *thread = thread_of(slot);
        if (thread && spin_held(&thread->end))
            return true;
    }
    return false;
}

/* For thread_prepare_wait. On another processor anything may happen just before, but for a lock. */
void model_prepare_wait(void)
{
    if (!fair && !end_is_held())
        for (unsigned i = draw(8); i > 0; i--)
            model_schedule();
    thread_self()->state = THREAD_WAITING;
}

/* For thread_wait, which may return for no reason. */
bool model_wait(nanos_t deadline)
{
    if (!fair && end_is_held())
        wrong("thread_wait with `end` held; held", 0, 1);
    check("thread_wait is called with interrupts on", 0, interrupts_are_on());
    if (draw(4) == 0)
        thread_self()->state = THREAD_RUNNING;
    else
        model_schedule();
    return true;
}

static unsigned threads_there(void)
{
    unsigned count = 0;

    for (unsigned slot = 0; slot < STACKS_MAX; slot++) {
        const struct stack *stack = stack_of(slot);
        if (!stack || !stack->thread)
            continue;
        count++;
        check("the stack of a stack's thread", (uint64_t)stack, (uint64_t)stack->thread->stack);
    }
    return count;
}

/* Frames that are free once all that is kept for later is given back. */
static uint64_t trimmed(void)
{
    stack_cache_trim();
    heap_trim();
    return frames_free;
}

static struct thread *of_slot[STACKS_MAX]; /* by make, and not freed yet, by their slots */

/* For tls_free, which thread_release calls when it frees a thread. */
void model_tls_free(void *memory);

void model_tls_free(void *memory)
{
    for (unsigned slot = 0; slot < slots_seen; slot++) {
        const struct thread *thread = of_slot[slot];
        if (!thread || thread->tls != memory)
            continue;
        if (spin_held(&thread->end))
            wrong_words("thread_release of a thread whose lock `end` the caller holds",
                        "the lock is given back first: it lies in the thread's memory",
                        "the thread is freed, and with it the lock");
        of_slot[slot] = NULL;
    }
    free(memory);
}

static struct thread *make(void *function(void *), void *argument, uint64_t stack_size)
{
    struct thread *thread = thread_create(function, argument, stack_size);

    if (!thread)
        wrong("thread_create, with memory for it; a thread", 1, 0);
    unsigned slot = (thread->stack->top - 1 - STACK_AREA) / STACK_SLOT;
    of_slot[slot] = thread;
    if (slot >= slots_seen)
        slots_seen = slot + 1;
    return thread;
}

/* ---- registers -------------------------------------------------------------------------------- */

#define X87 5

/* thread_model_registers.asm knows the layout. */
struct registers {
    uint64_t general[6]; /* rbx, rbp, r12 to r15 */
    uint32_t mxcsr;
    uint16_t fcw, tags;
    uint64_t rsp;
    uint8_t vector[16][32];
    uint8_t x87[X87][16];
};

/* Loads `set`, calls thread_switch(from, to), and stores what the registers are then. */
void registers_switch(struct thread *from, struct thread *to, const struct registers *set,
                      struct registers *got);
/* Stores the registers as they are. */
void registers_store(struct registers *got);

static struct thread *switchers[LIVES_MAX];
static unsigned switcher_count, switches_left;

static void draw_registers(struct registers *set)
{
    uint8_t *bytes = (uint8_t *)set;

    for (unsigned i = 0; i < sizeof *set; i++)
        bytes[i] = draw(256);
    set->mxcsr = 0x1f80 | draw(4) << 13 | draw(2) << 15; /* rounding, flush to zero */
    set->fcw = 0x007f | draw(4) << 10 | 2u << draw(1) << 8;
    for (unsigned i = 0; i < X87; i++) {
        set->x87[i][7] |= 0x80;                                     /* a normal number */
        set->x87[i][9] = (set->x87[i][9] & 0x80) | (1 + draw(126)); /* neither 0 nor infinite */
        memset(set->x87[i] + 10, 0, 6);
    }
}

static void compare_registers(const struct registers *set, const struct registers *got)
{
    static const char *const names[] = {"rbx", "rbp", "r12", "r13", "r14", "r15"};
    char what[80];

    for (unsigned i = 0; i < 6; i++) {
        snprintf(what, sizeof what, "%s after other threads have run", names[i]);
        check(what, set->general[i], got->general[i]);
    }
    check("MXCSR after other threads have run", set->mxcsr, got->mxcsr);
    check("the x87 control word after other threads have run", set->fcw, got->fcw);
    for (unsigned i = 0; i < 16 * 4; i++) {
        uint64_t expected, found;
        memcpy(&expected, set->vector[i / 4] + i % 4 * 8, 8);
        memcpy(&found, got->vector[i / 4] + i % 4 * 8, 8);
        snprintf(what, sizeof what, "bits %u to %u of ymm%u after other threads have run",
                 i % 4 * 64, i % 4 * 64 + 63, i / 4);
        check(what, expected, found);
    }
    for (unsigned i = 0; i < X87; i++) {
        uint64_t expected, found;
        memcpy(&expected, set->x87[i], 8);
        memcpy(&found, got->x87[i], 8);
        snprintf(what, sizeof what, "the mantissa of st(%u) after other threads have run", i);
        check(what, expected, found);
        snprintf(what, sizeof what, "the exponent of st(%u) after other threads have run", i);
        check(what, set->x87[i][8] | set->x87[i][9] << 8, got->x87[i][8] | got->x87[i][9] << 8);
    }
}

/* Switches to any other thread, again and again, with other registers each time. */
static void switch_about(void)
{
    static struct registers sets[LIVES_MAX][2];
    struct thread *self = thread_self();
    unsigned number = 0;

    while (switchers[number] != self)
        number++;
    struct registers *set = &sets[number][0], *got = &sets[number][1];
    while (switches_left > 0) {
        unsigned next = draw(switcher_count - 1);
        uint64_t base = draw(2) ? self->fs_base : draw(1ul << 47);
        uint64_t tls = read_fs_base();

        switches_left--;
        draw_registers(set);
        interrupts_off();
        struct thread *to = switchers[next + (next >= number)];
        this_cpu()->thread = to;
        write_fs_base(base);
        registers_switch(self, to, set, got);
        check("interrupts after thread_switch", 0, interrupts_are_on());
        check("the FS base after other threads have run", base, read_fs_base());
        write_fs_base(tls);
        compare_registers(set, got);
    }
    exit(0);
}

static void *switcher(void *argument)
{
    static struct registers fresh;

    registers_store(&fresh);
    check("a new thread's argument", (uint64_t)thread_self(),
          (uint64_t) * (struct thread **)argument);
    check("interrupts in a new thread", 1, interrupts_are_on());
    check("how a new thread's stack is aligned, modulo 16", 8, fresh.rsp % 16);
    check("a new thread's MXCSR", 0x1f80, fresh.mxcsr);
    check("a new thread's x87 control word", 0x37f, fresh.fcw);
    check("a new thread's x87 tags", 0xffff, fresh.tags);
    for (unsigned i = 0; i < sizeof fresh.vector; i++)
        check("a byte of a new thread's ymm registers", 0, fresh.vector[i / 32][i % 32]);
    switch_about();
    return NULL;
}

static int registers(unsigned threads, unsigned switches)
{
    switchers[0] = thread_self();
    switcher_count = threads;
    switches_left = switches;
    for (unsigned i = 1; i < threads; i++) {
        void *some[3]; /* dirt, so that not all blocks begin on the same boundary */
        for (unsigned j = 0; j < 3; j++) {
            size_t size = 16 + draw(4096);
            some[j] = malloc(size);
            memset(some[j], 0xa5, size);
        }
        free(some[draw(2)]);
        switchers[i] = make(switcher, &switchers[i], STACK_MAX);
        if ((uint64_t)switchers[i]->fpu % 64)
            wrong("where an XSAVE area lies, modulo 64", 0, (uint64_t)switchers[i]->fpu % 64);
    }
    switch_about();
    return 1;
}

/* ---- lives ------------------------------------------------------------------------------------ */

static struct life {
    struct thread *thread;
    unsigned yields;
    bool by_exit, detached, ended;
    int sibling; /* to be joined, or -1 */
    uint64_t result;
    bool joined; /* by somebody, or about to be */
} lives[LIVES_MAX];

static void yield(unsigned times)
{
    while (times-- > 0)
        model_schedule();
}

static void join(struct life *life)
{
    void *result = NULL;

    check_error("thread_join", 0, -thread_join(life->thread, &result));
    if (!life->ended)
        wrong("thread_join has returned before the thread ended; ended", 1, 0);
    check("the result that thread_join gives", life->result, (uint64_t)result);
}

static void *live(void *argument)
{
    struct life *life = argument;

    yield(life->yields);
    if (life->sibling >= 0)
        join(&lives[life->sibling]);
    life->ended = true;
    if (life->by_exit)
        thread_exit((void *)life->result);
    return (void *)life->result;
}

static void one_round(unsigned count)
{
    unsigned before = threads_there();

    for (unsigned i = 0; i < count; i++) {
        struct life *life = &lives[i];
        *life = (struct life){
            .yields = draw(6), .by_exit = draw(2), .sibling = -1, .result = draw_word()};
        if (i > 0 && draw(3) == 0) {
            unsigned sibling = draw(i);
            if (!lives[sibling].joined) {
                life->sibling = sibling;
                lives[sibling].joined = true;
            }
        }
        life->thread = make(live, life, STACK_MAX);
        check("a thread's result before it has ended", 0, life->thread->finished);
    }
    for (unsigned i = 0; i < count; i++)
        model_wake(lives[i].thread);
    yield(draw(4 * count));
    for (unsigned i = 0; i < count; i++) {
        struct life *life = &lives[i];
        if (life->joined)
            continue;
        life->joined = true;
        if (draw(3) == 0) {
            life->detached = true;
            check_error("thread_detach", 0, -thread_detach(life->thread));
        } else
            join(life);
    }
    for (unsigned i = 0; i < count; i++) /* detached ones, and those joined by others */
        while (!lives[i].ended)
            yield(1);
    yield(4 * count);
    check("threads that there are when all have ended and nobody will join them", before,
          threads_there());
}

static void *errors_self(void *argument)
{
    check_error("thread_join of the thread that calls it", EDEADLK,
                -thread_join(thread_self(), argument));
    return NULL;
}

static bool may_end;

static void *errors_waits(void *argument)
{
    while (!may_end)
        yield(1);
    return NULL;
}

static void *errors_mutual(void *argument)
{
    struct thread *main_thread = argument;

    while (thread_self()->joiner != main_thread)
        yield(1);
    check_error("thread_join of the thread that joins the caller", EDEADLK,
                -thread_join(main_thread, NULL));
    return NULL;
}

static void *errors_joins(void *argument)
{
    join(argument);
    return NULL;
}

static void lives_errors(void)
{
    struct life self = {.thread = make(errors_self, NULL, STACK_MAX), .ended = true};
    model_wake(self.thread);
    join(&self);

    struct life mutual = {.thread = make(errors_mutual, thread_self(), STACK_MAX), .ended = true};
    model_wake(mutual.thread);
    join(&mutual);

    struct life joined = {.thread = make(errors_waits, NULL, STACK_MAX), .ended = true};
    struct life joiner = {.thread = make(errors_joins, &joined, STACK_MAX), .ended = true};
    model_wake(joined.thread);
    model_wake(joiner.thread);
    while (!joined.thread->joiner)
        yield(1);
    check("who joins a thread", (uint64_t)joiner.thread, (uint64_t)joined.thread->joiner);
    check_error("thread_join of a thread that somebody joins", EINVAL,
                -thread_join(joined.thread, NULL));
    check_error("thread_detach of a thread that somebody joins", EINVAL,
                -thread_detach(joined.thread));
    check("whether it is `detached`, after thread_detach gave EINVAL", 0, joined.thread->detached);
    check("whether an error leaves `end` held", 0, end_is_held());
    may_end = true;
    join(&joiner);

    may_end = false;
    struct thread *thread = make(errors_waits, NULL, STACK_MAX);
    check_error("thread_detach", 0, -thread_detach(thread));
    check_error("thread_detach, a second time", EINVAL, -thread_detach(thread));
    check_error("thread_join of a detached thread", EINVAL, -thread_join(thread, NULL));
    check("whether an error leaves `end` held", 0, end_is_held());
    model_wake(thread);
    may_end = true;
    yield(40);
}

static int lives_main(unsigned rounds)
{
    uint64_t free_frames = 0;
    unsigned before = threads_there();

    lives_errors();
    for (unsigned i = 0; i < rounds; i++) {
        one_round(1 + draw(LIVES_MAX - 8));
        if (i == 0)
            free_frames = trimmed();
    }
    one_round(LIVES_MAX);
    check("threads at the end", before, threads_there());
    check("frames that are free at the end, and were after the first rounds", free_frames,
          trimmed());
    return 0;
}

/* ---- thread-local data, errno, keys --------------------------------------------------------- */

extern const char tls_start[], tls_end[]; /* image.ld */

static __thread uint32_t local_given = 0x12345678;
static __thread uint64_t local_words[7] = {3, 1, 4, 1, 5, 9, 2};
static __thread char local_aligned[80] __attribute__((aligned(64))) = "aligned";
static __thread uint8_t local_zero[501];
static __thread struct thread *local_owner;
static pthread_key_t key;
static unsigned destroyed;

static void destroy(void *value)
{
    check("the value of a key whose destructor is called", 0, (uint64_t)pthread_getspecific(key));
    destroyed += (uint64_t)value;
    if ((uint64_t)value < 3)
        pthread_setspecific(key, (void *)((uint64_t)value + 1));
}

static void check_fresh(void)
{
    static const uint64_t given[] = {3, 1, 4, 1, 5, 9, 2};

    check("a fresh __thread variable", 0x12345678, local_given);
    for (unsigned i = 0; i < 7; i++)
        check("a fresh __thread array", given[i], local_words[i]);
    check("a fresh __thread string", 0, strcmp(local_aligned, "aligned"));
    char *volatile where = local_aligned; /* the compiler takes the alignment for granted */
    check("its address modulo 64", 0, (uint64_t)where % 64);
    for (unsigned i = 0; i < sizeof local_zero; i++)
        check("a fresh __thread array without values", 0, local_zero[i]);
    check("a fresh __thread pointer", 0, (uint64_t)local_owner);
    check("a fresh errno", 0, errno);
    check("what stands at fs:0", read_fs_base(), *(uint64_t *)read_fs_base());
}

static void *tls_thread(void *argument)
{
    uint64_t mark = (uint64_t)argument;

    check_fresh();
    local_given = mark;
    local_owner = thread_self();
    memset(local_zero, mark, sizeof local_zero);
    for (unsigned i = 0; i < 7; i++)
        local_words[i] = mark + i;
    errno = mark + 1;
    check("a fresh key's value", 0, (uint64_t)pthread_getspecific(key));
    check("pthread_setspecific", 0, pthread_setspecific(key, (void *)1));
    yield(draw(10));
    check("a __thread variable after other threads have run", mark, local_given);
    check("a __thread pointer after other threads have run", (uint64_t)thread_self(),
          (uint64_t)local_owner);
    for (unsigned i = 0; i < sizeof local_zero; i++)
        check("a __thread array after other threads have run", mark & 0xff, local_zero[i]);
    for (unsigned i = 0; i < 7; i++)
        check("a __thread array after other threads have run", mark + i, local_words[i]);
    check("errno after other threads have run", mark + 1, errno);
    check("a key's value after other threads have run", 1, (uint64_t)pthread_getspecific(key));
    return NULL;
}

static int tls(unsigned threads)
{
    struct thread *all[LIVES_MAX];
    void *dirt[LIVES_MAX];
    size_t size = tls_end - tls_start + 64; /* of a copy and its control block */

    check_fresh();
    check("pthread_key_create", 0, pthread_key_create(&key, destroy));
    for (unsigned i = 0; i < threads; i++) {
        dirt[i] = malloc(size);
        memset(dirt[i], 0xff, size);
    }
    for (unsigned i = 0; i < threads; i++)
        free(dirt[i]);
    for (unsigned i = 0; i < threads; i++) {
        all[i] = make(tls_thread, (void *)(uint64_t)(i + 1), STACK_MAX);
        model_wake(all[i]);
    }
    errno = 77;
    local_given = 99;
    for (unsigned i = 0; i < threads; i++) {
        check_error("thread_join", 0, -thread_join(all[i], NULL));
    }
    check("errno of thread 0", 77, errno);
    check("a __thread variable of thread 0", 99, local_given);
    check("the values that destructors got, in all", threads * (1 + 2 + 3), destroyed);
    return 0;
}

/* ---- many -------------------------------------------------------------------------------------- */

static uint64_t counted;

static void *count_one(void *argument)
{
    counted++;
    return argument;
}

static int sequence(unsigned count)
{
    fair = true;
    uint64_t free_frames = trimmed();
    for (unsigned i = 0; i < count; i++) {
        pthread_t thread;
        void *result = NULL;

        check("pthread_create", 0, pthread_create(&thread, NULL, count_one, (void *)(uint64_t)i));
        if (i % 2) {
            check("pthread_join", 0, pthread_join(thread, &result));
            check("its result", i, (uint64_t)result);
        } else {
            check("pthread_detach", 0, pthread_detach(thread));
            yield(2);
        }
    }
    check("threads that ran", count, counted);
    check("frames that are free at the end, and were at the start", free_frames, trimmed());
    return 0;
}

static struct thread *crowd_threads[CROWD_MAX];

static void crowd_once(unsigned count)
{
    counted = 0;
    for (unsigned i = 0; i < count; i++) {
        check("pthread_create", 0,
              pthread_create(&crowd_threads[i], NULL, count_one, (void *)(uint64_t)(i ^ 5)));
        if (i > 0 && crowd_threads[i]->number == crowd_threads[i - 1]->number)
            wrong("two threads of one number; the number", 0, crowd_threads[i]->number);
    }
    check("threads at once", count + 2, threads_there());
    for (unsigned i = count; i-- > 0;) {
        void *result = NULL;
        check("pthread_join", 0, pthread_join(crowd_threads[i], &result));
        check("a thread's result", i ^ 5, (uint64_t)result);
    }
    check("threads that ran", count, counted);
}

static int crowd(unsigned count)
{
    fair = true;
    uint64_t free_frames = trimmed();
    crowd_once(count);
    check("threads at the end", 2, threads_there());
    check("frames that are free at the end, and were at the start", free_frames, trimmed());
    return 0;
}

/* ---- without memory ----------------------------------------------------------------------------- */

static paddr_t hoard; /* frames, each with the address of the next */

static uint64_t hoard_all_but(uint64_t count)
{
    paddr_t frame;

    while ((frame = frame_alloc(0)) != 0) {
        *(paddr_t *)direct(frame) = hoard;
        hoard = frame;
    }
    for (uint64_t i = 0; i < count && hoard; i++) {
        frame = hoard;
        hoard = *(paddr_t *)direct(frame);
        frame_free(frame, 0);
    }
    return frames_free;
}

static void hoard_return(void)
{
    while (hoard) {
        paddr_t frame = hoard;
        hoard = *(paddr_t *)direct(frame);
        frame_free(frame, 0);
    }
}

/* XSAVE areas and thread-local data are made until there is no memory for more. */
static void use_up_parts(void)
{
    void *areas = NULL, *copies = NULL, *made;
    uint64_t base;

    hoard_all_but(8);
    while ((made = fpu_area_create()) != NULL) {
        *(void **)made = areas;
        areas = made;
    }
    hoard_return();
    hoard_all_but(8);
    while ((made = tls_create(&base)) != NULL) {
        *(void **)made = copies;
        copies = made;
    }
    hoard_return();
    for (; areas; areas = made) {
        made = *(void **)areas;
        free(areas);
    }
    for (; copies; copies = made) {
        made = *(void **)copies;
        tls_free(copies);
    }
}

/* Threads are made until there is no memory for more; with some frames left, and less each time. */
static int memory(void)
{
    static struct thread *made[400];
    unsigned successes = 0;

    fair = true;
    uint64_t free_frames = trimmed();
    unsigned before = threads_there();
    use_up_parts();
    for (unsigned left = 0; left < 24; left++) {
        unsigned count = 0;
        hoard_all_but(left);
        while (count < 400 && (made[count] = thread_create(count_one, NULL, STACK_MAX)))
            count++;
        check("threads when memory is used up", before + count, threads_there());
        errno = 5;
        pthread_t thread;
        check("pthread_create without memory", EAGAIN,
              pthread_create(&thread, NULL, count_one, NULL));
        check("errno after pthread_create without memory", 5, errno);
        hoard_return();
        successes += count;
        for (unsigned i = 0; i < count; i++) {
            model_wake(made[i]);
            check_error("thread_join", 0, -thread_join(made[i], NULL));
        }
        check("threads afterwards", before, threads_there());
    }
    if (successes < 24)
        wrong("threads that could be made with little memory", 24, successes);
    check("frames that are free at the end, and were at the start", free_frames, trimmed());
    return 0;
}

/* ---- stacks -------------------------------------------------------------------------------------- */

static int stacks(unsigned count)
{
    static struct stack *made[CROWD_MAX];
    unsigned there = 0;

    uint64_t free_frames = trimmed();
    for (unsigned i = 0; i < 4 * count; i++) {
        bool more = i < count || (i < 3 * count && draw(2));
        if (more && there < count) {
            struct stack *stack = stack_create("a test's stack", PAGE_SIZE, STACK_MAX);
            if (!stack)
                wrong("stack_create with memory and slots for it; a stack", 1, 0);
            *(struct stack **)(stack->top - 8) = stack;
            check("bytes from a stack's top to its limit", STACK_MAX, stack->top - stack->limit);
            check("the stack of an address on it", (uint64_t)stack,
                  (uint64_t)stack_at(stack->top - 1));
            made[there++] = stack;
        } else if (there > 0) {
            unsigned which = draw(there);
            struct stack *stack = made[which];
            if (*(struct stack **)(stack->top - 8) != stack)
                wrong("what was written to a stack", (uint64_t)stack,
                      *(uint64_t *)(stack->top - 8));
            vaddr_t top = stack->top;
            stack_destroy(stack);
            check("whose stack an address is on afterwards", 0, (uint64_t)stack_at(top - 1));
            made[which] = made[--there];
        }
    }
    while (there > 0)
        stack_destroy(made[--there]);
    check("frames that are free when all stacks are gone", free_frames, trimmed());
    return 0;
}

static unsigned slots_in_use(void)
{
    unsigned count = 0;

    for (unsigned slot = 0; slot < STACKS_MAX; slot++)
        count += stack_of(slot) != NULL;
    return count;
}

/* As many as there are slots, and one more. */
static int slots(void)
{
    static struct stack *made[STACKS_MAX];
    unsigned count = 0, again = 0;

    while (count < STACKS_MAX &&
           (made[count] = stack_create("a test's stack", PAGE_SIZE, PAGE_SIZE)))
        count++;
    for (unsigned i = 0; i < count; i++)
        check("the stack of an address on it", (uint64_t)made[i],
              (uint64_t)stack_at(made[i]->top - 1));
    check("slots with a stack when there is no slot any more (STACKS_MAX)", STACKS_MAX,
          slots_in_use());
    uint64_t free_frames = frames_free;
    check("stack_create without a slot", 0,
          (uint64_t)stack_create("a test's stack", PAGE_SIZE, PAGE_SIZE));
    check("frames that are free afterwards", free_frames, frames_free);
    for (unsigned i = 0; i < count; i += 2)
        stack_destroy(made[i]);
    for (unsigned i = 0; i < count; i += 2)
        again += (made[i] = stack_create("a test's stack", PAGE_SIZE, PAGE_SIZE)) != NULL;
    check("stacks in the slots that were given back", (count + 1) / 2, again);
    check("stack_create without a slot, again", 0,
          (uint64_t)stack_create("a test's stack", PAGE_SIZE, PAGE_SIZE));
    return 0;
}

/* For a grader who counts instructions: makes so many stacks, or takes them away again. */
long stacks_make(unsigned count);
void stacks_unmake(void);

static struct stack *stacks_made[STACKS_MAX];
static unsigned stacks_made_count;

long stacks_make(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        stacks_made[stacks_made_count] = stack_create("a test's stack", PAGE_SIZE, PAGE_SIZE);
        if (!stacks_made[stacks_made_count])
            return 0;
        stacks_made_count++;
    }
    return 1;
}

void stacks_unmake(void)
{
    while (stacks_made_count > 0)
        stack_destroy(stacks_made[--stacks_made_count]);
}

/* ---- blocks: a heap that aligns no better than it must ----------------------------------------- */

static char pool[65536] __attribute__((aligned(8192)));
static uint64_t pool_used;

/* A block full of noise whose address is a multiple of `alignment`, and of no larger power of two. */
static void *pool_take(uint64_t alignment, uint64_t size)
{
    uint64_t at = (pool_used + 2 * alignment - 1) / (2 * alignment) * (2 * alignment) + alignment;

    if (at + size > sizeof pool)
        return NULL;
    pool_used = at + size;
    memset(pool + at, 0xa5, size);
    return pool + at;
}

void *model_malloc(size_t size);
void *model_calloc(size_t count, size_t size);
void *model_aligned_alloc(size_t alignment, size_t size);
int model_posix_memalign(void **block, size_t alignment, size_t size);

void *model_malloc(size_t size)
{
    return pool_take(16, size);
}

void *model_calloc(size_t count, size_t size)
{
    void *block = model_malloc(count * size);

    return block ? memset(block, 0, count * size) : NULL;
}

void *model_aligned_alloc(size_t alignment, size_t size)
{
    return pool_take(alignment, size);
}

int model_posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = pool_take(alignment, size);
    return *block ? 0 : ENOMEM;
}

/* ---- deep, last ---------------------------------------------------------------------------------- */

static void *use_stack(void *argument)
{
    uint64_t left = (uint64_t)argument;
    volatile char frame[2000];

    memset((char *)frame, left, sizeof frame);
    if (left > sizeof frame)
        use_stack((void *)(left - sizeof frame));
    for (unsigned i = 0; i < sizeof frame; i++)
        check("what a thread wrote to its stack", left & 0xff, (uint8_t)frame[i]);
    return NULL;
}

static int deep(uint64_t bytes)
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    check("pthread_attr_setstacksize below PTHREAD_STACK_MIN", EINVAL,
          pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN - 1));
    check("pthread_attr_setstacksize beyond what a slot holds", EINVAL,
          pthread_attr_setstacksize(&attributes, STACK_MAX + 1));
    check("pthread_attr_setstacksize", 0, pthread_attr_setstacksize(&attributes, 256 * 1024));
    check("pthread_create", 0, pthread_create(&thread, &attributes, use_stack, (void *)bytes));
    check("pthread_join", 0, pthread_join(thread, NULL));
    return 0;
}

static void *outlive(void *argument)
{
    yield(5);
    printf("thread %u ends\n", thread_self()->number);
    return NULL;
}

/* Where in a struct thread these lie. */
const uint64_t model_layout[] = {offsetof(struct thread, end), offsetof(struct thread, finished)};

static int last(void)
{
    for (unsigned i = 0; i < 3; i++) {
        struct thread *thread = make(outlive, NULL, STACK_MAX);
        check_error("thread_detach", 0, -thread_detach(thread));
        model_wake(thread);
    }
    printf("main ends\n");
    pthread_exit(NULL);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    uint64_t one = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;
    uint64_t two = argc > 3 ? strtoul(argv[3], NULL, 0) : 0;
    uint64_t three = argc > 4 ? strtoul(argv[4], NULL, 0) : 0;

    if (one && argc > 3)
        random_state = one;
    return strcmp(mode, "registers") == 0  ? registers(two, three)
           : strcmp(mode, "lives") == 0    ? lives_main(two)
           : strcmp(mode, "tls") == 0      ? tls(two)
           : strcmp(mode, "sequence") == 0 ? sequence(one)
           : strcmp(mode, "crowd") == 0    ? crowd(one)
           : strcmp(mode, "memory") == 0   ? memory()
           : strcmp(mode, "stacks") == 0   ? stacks(two)
           : strcmp(mode, "slots") == 0    ? slots()
           : strcmp(mode, "deep") == 0     ? deep(one)
           : strcmp(mode, "last") == 0     ? last()
                                           : 2;
}
