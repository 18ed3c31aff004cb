/*
 * Preemption at places that are drawn: for those who hunt races.
 *
 * `make run PREEMPT=random SEED=5` links this file into the image, and the linker turns calls from
 * other files here first (--wrap). Two things differ then from the ordinary kernel:
 *
 * - A slice is not SLICE long, but anything from SLICE_SHORT to that, drawn anew for each turn;
 *   short ones are as likely as long ones. So a thread may lose its processor at any instruction
 *   that has interrupts on, the first one after it got it included.
 * - A CPU lingers before it takes a spinlock, or after it has released one: now and then, and for a
 *   time that is drawn, too. What it has looked at may be stale after that.
 *
 * A right kernel does not mind. The numbers come from the seed and the CPU's number. Where time is
 * counted in instructions (make gdb, make rewind) the same seed therefore gives the same run, to
 * the last instruction; where CPUs run side by side, the host's timing comes on top.
 *
 * The seed is the first word of the command line, `preempt=5`, and main does not see it. Without it
 * the seed is 1.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/arguments.h"
#include "kernel/boot.h"
#include "smp/cpu.h"
#include "sync/spinlock.h"
#include "threads/run_queue.h"
#include "x86.h"

#define SLICE_SHORT  500 /* ns: about as long as a switch takes, so that hardly anything is done */
#define LINGER_SHARE 16  /* one time out of so many */
#define LINGER_MOST  8   /* doublings of the shortest time, which is one pause */

#define SEED_WORD "preempt="

int __wrap_arguments_split(const char *name, const char *line, char **argv);
int __real_arguments_split(const char *name, const char *line, char **argv);
void __wrap_queue_run(struct cpu *cpu, struct thread *thread, nanos_t now);
void __real_queue_run(struct cpu *cpu, struct thread *thread, nanos_t now);
void __wrap_spin_take(struct spinlock *lock);
void __real_spin_take(struct spinlock *lock);
void __wrap_spin_release(struct spinlock *lock);
void __real_spin_release(struct spinlock *lock);

static bool has_seed(const char *line)
{
    return strncmp(line, SEED_WORD, strlen(SEED_WORD)) == 0;
}

static uint64_t seed(void)
{
    const char *line = boot_pointer(boot_info->command_line);

    return has_seed(line) ? strtoul(line + strlen(SEED_WORD), NULL, 0) : 1;
}

int __wrap_arguments_split(const char *name, const char *line, char **argv)
{
    return __real_arguments_split(name, has_seed(line) ? line + strcspn(line, " ") : line, argv);
}

/* A number below `below`. Each CPU has numbers of its own. Interrupts are off. */
static uint64_t draw(uint64_t below)
{
    static uint64_t states[CPUS_MAX]; /* Marsaglia's xorshift, which stays at 0 for ever */
    uint64_t *state = &states[cpu_number()];

    if (*state == 0)
        *state = ((seed() << 8 | cpu_number()) * 0x9e3779b97f4a7c15ul) | 1;
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (*state >> 11) % below;
}

/* Up to `least` doubled so often; each doubling is as likely as any other. */
static uint64_t draw_doubled(uint64_t least, unsigned doublings)
{
    uint64_t from = least << draw(doublings);

    return from + draw(from);
}

void __wrap_queue_run(struct cpu *cpu, struct thread *thread, nanos_t now)
{
    __real_queue_run(cpu, thread, now);
    cpu->queue.slice_end = now + draw_doubled(SLICE_SHORT, __builtin_ctzl(SLICE / SLICE_SHORT));
}

static void linger(void)
{
    if (!smp_active || draw(LINGER_SHARE) > 0)
        return;
    for (uint64_t turns = draw_doubled(1, LINGER_MOST); turns > 0; turns--)
        pause();
}

void __wrap_spin_take(struct spinlock *lock)
{
    linger();
    __real_spin_take(lock);
}

void __wrap_spin_release(struct spinlock *lock)
{
    __real_spin_release(lock);
    linger();
}
