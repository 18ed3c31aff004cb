/* TLB shootdown: one request at a time, told by an interrupt, and waited for. */
#include "smp/shootdown.h"

#include "exercise.h"
#include "kernel/traps.h"
#include "smp/cpu.h"
#include "smp/lapic.h"
#include "smp/smp.h"
#include "sync/spinlock.h"

static struct spinlock one_at_a_time;
static vaddr_t request[SHOOTDOWN_PAGES];
static unsigned request_count;
static uint64_t asked; /* bit n: CPU n has still to flush */

static void flush_request(void)
{
    if (request_count > SHOOTDOWN_PAGES) { /* loading CR4 anew drops global pages too (§4.10.4.1) */
        uint64_t cr4 = read_cr4();
        write_cr4(cr4 & ~CR4_PGE);
        write_cr4(cr4);
        return;
    }
    for (unsigned i = 0; i < request_count; i++)
        invlpg(request[i]);
}

void shootdown_poll(void)
{
    if (__atomic_load_n(&asked, __ATOMIC_RELAXED) == 0)
        return;
    uint64_t mine = 1ul << this_cpu()->number;
    if (__atomic_load_n(&asked, __ATOMIC_ACQUIRE) & mine) {
        flush_request();
        __atomic_fetch_and(&asked, ~mine, __ATOMIC_RELEASE);
    }
}

void shootdown(const vaddr_t *addresses, unsigned count)
{
    if (!smp_active || count == 0)
        return;
    uint64_t flags = spin_lock(&one_at_a_time);
    /* EXERCISE 3.8a (10 points): tell the others, and wait for them. */
    request_count = count;
    for (unsigned i = 0; i < count && count <= SHOOTDOWN_PAGES; i++)
        request[i] = addresses[i];
    uint64_t others = 0;
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i]->online && cpus[i] != this_cpu())
            others |= 1ul << i;
    __atomic_store_n(&asked, others, __ATOMIC_RELEASE);
    if (others)
        lapic_send_others(VECTOR_SHOOTDOWN);
    while (__atomic_load_n(&asked, __ATOMIC_ACQUIRE))
        pause();
    /* END EXERCISE 3.8a */
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
