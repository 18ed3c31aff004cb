/* TLB shootdown: one request at a time, told by an interrupt, and waited for. */
#include "smp/shootdown.h"

#include "exercise.h"
#include "kernel/traps.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "smp/smp.h"
#include "sync/spinlock.h"

static struct spinlock one_at_a_time = SPINLOCK("shootdown");

/* The request that is under way. */
static const vaddr_t *request_pages;
static unsigned request_count;
static uint64_t asked; /* bit n: CPU n has still to flush */

/* Flushes all that this CPU's TLB holds: a change of CR4.PGE drops global pages, too. */
static void flush_all(void)
{
    uint64_t cr4 = read_cr4();

    write_cr4(cr4 & ~CR4_PGE);
    write_cr4(cr4);
}

/*
 * The part of those who are asked. May be called at any time, by the interrupt and by who waits for
 * a lock, and often when nobody has asked: then it must be quick. The request may be read, and is
 * valid, from the moment that this CPU's bit of `asked` is set until this CPU clears it.
 */
void shootdown_poll(void)
{
    /* EXERCISE 3.8a (10 points): flush what another CPU asks for. */
    /* HANDOUT: if (__atomic_load_n(&asked, __ATOMIC_RELAXED)) */
    /* HANDOUT:     TODO("3.8"); */
    uint64_t mine = 1ul << cpu_number();

    if (!(__atomic_load_n(&asked, __ATOMIC_ACQUIRE) & mine))
        return;
    if (request_count > SHOOTDOWN_PAGES)
        flush_all();
    else
        for (unsigned i = 0; i < request_count; i++)
            invlpg(request_pages[i]);
    __atomic_fetch_and(&asked, ~mine, __ATOMIC_RELEASE);
    /* END EXERCISE 3.8a */
}

/*
 * The part of the one that asks: all CPUs that are online, but for the caller. Everything is in its
 * place before the first bit of `asked` is set, and nobody is asked twice. An interrupt
 * (VECTOR_SHOOTDOWN) tells them; lapic.h sends it.
 */
void shootdown(const vaddr_t *pages, unsigned count)
{
    if (!smp_active || count == 0)
        return;
    uint64_t flags = spin_lock(&one_at_a_time);
    /* EXERCISE 3.8b (10 points): tell the others, and wait for them. */
    /* HANDOUT: (void)pages; */
    uint64_t others = 0;
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i]->online && i != cpu_number())
            others |= 1ul << i;
    request_pages = pages;
    request_count = count;
    __atomic_store_n(&asked, others, __ATOMIC_RELEASE);
    lapic_send_others(VECTOR_SHOOTDOWN);
    while (__atomic_load_n(&asked, __ATOMIC_ACQUIRE))
        pause();
    /* END EXERCISE 3.8b */
    spin_unlock(&one_at_a_time, flags);
}

static void on_shootdown(struct trap_frame *frame)
{
    lapic_eoi();
    shootdown_poll();
}

void shootdown_init(void)
{
    trap_handle(VECTOR_SHOOTDOWN, on_shootdown);
}
