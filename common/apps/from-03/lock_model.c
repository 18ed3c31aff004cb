/*
 * Spinlocks at work: contention, arrival in turn, and (with LOCKS=debug) what must not be done.
 *
 * The functions without `static` are called from outside, in a machine that stands in front of
 * threads_init: there the other processors are parked, with interrupts on, and an interrupt makes
 * them a crew that works for the tests. main shows mistakes: `lock_model twice`, `lock_model circle`.
 */
#include <stdio.h>
#include <string.h>

#include "kernel/traps.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "smp/smp.h"
#include "sync/lock_debug.h"
#include "sync/spinlock.h"

#define NOINLINE    __attribute__((noinline))
#define VECTOR_CREW 0x50
#define LONG_ENOUGH 3000 /* turns of a loop, for a processor that waits to have come into line */

/* ---- the crew ------------------------------------------------------------------------------- */

static void (*job)(void);
static uint32_t done;      /* others that have done it */
static uint32_t gone;      /* and are on their way back */
static volatile bool over; /* they may go back to where they were */

static void crew(struct trap_frame *frame)
{
    job();
    __atomic_fetch_add(&done, 1, __ATOMIC_RELEASE);
    while (!over)
        pause();
    lapic_eoi();
    __atomic_fetch_add(&gone, 1, __ATOMIC_RELEASE);
}

static void crew_call(void work(void))
{
    job = work;
    done = gone = 0;
    over = false;
    trap_handle(VECTOR_CREW, crew);
    smp_active = true;
}

/* Waits for `others` of the crew. Whoever is parked finds smp_active as it was. */
static void crew_dismiss(uint32_t others)
{
    while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) < others)
        pause();
    smp_active = false;
    over = true;
    while (__atomic_load_n(&gone, __ATOMIC_ACQUIRE) < others)
        pause();
}

/* ---- one at a time -------------------------------------------------------------------------- */

struct spinlock model_lock;
uint64_t model_counter; /* of what was done with the lock held */
uint32_t model_clashes; /* how often somebody else was there, too */
static uint32_t inside;
static uint32_t rounds;

static void contend(void)
{
    for (uint32_t i = 0; i < rounds; i++) {
        spin_take(&model_lock);
        if (__atomic_fetch_add(&inside, 1, __ATOMIC_RELAXED) != 0)
            __atomic_fetch_add(&model_clashes, 1, __ATOMIC_RELAXED);
        uint64_t seen = *(volatile uint64_t *)&model_counter;
        pause(); /* a turn for the others */
        *(volatile uint64_t *)&model_counter = seen + 1;
        __atomic_fetch_sub(&inside, 1, __ATOMIC_RELAXED);
        spin_release(&model_lock);
    }
}

/* Each processor takes the lock `count` times. The tickets begin at `ticket`. */
void model_contend(uint32_t count, uint32_t ticket)
{
    model_lock = (struct spinlock){.next = ticket, .serving = ticket};
    rounds = count;
    crew_call(contend);
    lapic_send_others(VECTOR_CREW);
    contend();
    crew_dismiss(cpu_count - 1);
}

/* ---- in turn -------------------------------------------------------------------------------- */

uint8_t model_served[CPUS_MAX]; /* processors, in the order in which they had the lock */
static uint32_t served;

static void stand_in_line(void)
{
    spin_take(&model_lock);
    model_served[served++] = this_cpu()->number;
    spin_release(&model_lock);
}

static void wait_in_line(uint32_t number)
{
    while (spin_waits[number] != &model_lock)
        pause();
    for (uint32_t i = 0; i < LONG_ENOUGH; i++)
        pause();
}

/* `count` processors come into line, in this order, while processor 0 holds the lock. */
void model_line(const uint8_t *order, uint32_t count, uint32_t ticket)
{
    model_lock = (struct spinlock){.next = ticket, .serving = ticket};
    served = 0;
    crew_call(stand_in_line);
    spin_take(&model_lock);
    for (uint32_t i = 0; i < count; i++) {
        lapic_send(cpus[order[i]]->apic_id, VECTOR_CREW);
        wait_in_line(order[i]);
    }
    spin_release(&model_lock);
    crew_dismiss(count);
}

/* Processor `number` waits for a lock that is held for ever. */
void model_hold(uint32_t number)
{
    model_lock = (struct spinlock){0};
    crew_call(stand_in_line);
    spin_take(&model_lock);
    lapic_send(cpus[number]->apic_id, VECTOR_CREW);
    for (;;)
        pause();
}

/* ---- LOCKS=debug: who takes what, and where ------------------------------------------------- */

struct spinlock model_locks[] = {
    SPINLOCK("fork"),  SPINLOCK("spoon"), SPINLOCK("knife"), SPINLOCK("plate"),
    SPINLOCK("glass"), SPINLOCK("bowl"),  SPINLOCK("cup"),   {0},
};
static struct spinlock many[400];

#define TAKER(name)                                                                                \
    NOINLINE static void name(struct spinlock *lock)                                               \
    {                                                                                              \
        spin_take(lock);                                                                           \
        __asm__ volatile("");                                                                      \
    }
TAKER(cook)
TAKER(serve)
TAKER(dine)
TAKER(wash)

static void (*const takers[])(struct spinlock *) = {cook, serve, dine, wash};

/*
 * Each byte is a step: the lock of bits 0 to 2 is taken, by the taker of bits 4 and 5; or released,
 * where bit 7 is set.
 */
void model_steps(const uint8_t *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct spinlock *lock = &model_locks[steps[i] & 7];
        if (steps[i] & 0x80)
            spin_release(lock);
        else
            takers[steps[i] >> 4 & 3](lock);
    }
}

static void take_pair(uint32_t first, uint32_t second)
{
    spin_take(&many[first]);
    spin_take(&many[second]);
    spin_release(&many[second]);
    spin_release(&many[first]);
}

/*
 * Locks in layers of three: each comes before all three of the next layer, so that the number of
 * ways through them is three to the power of `layers`. At last, if `closed`, one of the last layer
 * before the first of all.
 */
void model_layers(uint32_t layers, bool closed)
{
    for (uint32_t layer = 0; layer + 1 < layers; layer++)
        for (uint32_t i = 0; i < 3; i++)
            for (uint32_t j = 0; j < 3; j++)
                take_pair(3 * layer + i, 3 * layer + 3 + j);
    take_pair(3 * layers, 0); /* one before all: its search goes through everything */
    if (closed)
        take_pair(3 * layers - 1, 0);
}

/* More locks than are watched, two at a time. Returns how many there are. */
uint32_t model_crowd(void)
{
    static struct spinlock crowd_locks[LOCKS_MAX + 64];

    for (uint32_t i = 0; i < LOCKS_MAX + 64; i += 2) {
        spin_take(&crowd_locks[i]);
        spin_take(&crowd_locks[i + 1]);
        spin_release(&crowd_locks[i + 1]);
        spin_release(&crowd_locks[i]);
    }
    return LOCKS_MAX + 64;
}

/* ---- for people ----------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
    uint64_t flags = interrupts_save();

    if (argc == 2 && !strcmp(argv[1], "twice")) {
        cook(&model_locks[0]);
        serve(&model_locks[0]);
    } else if (argc == 2 && !strcmp(argv[1], "circle")) {
        cook(&model_locks[0]);
        serve(&model_locks[1]);
        spin_release(&model_locks[1]);
        spin_release(&model_locks[0]);
        dine(&model_locks[1]);
        wash(&model_locks[0]);
        spin_release(&model_locks[0]);
        spin_release(&model_locks[1]);
    } else {
        interrupts_restore(flags);
        printf("usage: lock_model twice | circle   (with LOCKS=debug)\n");
        return 2;
    }
    interrupts_restore(flags);
    printf("nobody has noticed\n");
    return 1;
}
