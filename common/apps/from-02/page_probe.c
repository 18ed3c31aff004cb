/*
 * What a test of paging does inside of the machine: touches addresses, takes the memory away, and
 * reads through translations that the tables no longer hold. The grader calls these functions.
 */
#include <stdbool.h>
#include <stdio.h>

#include "mm/direct.h"
#include "mm/frames.h"
#include "mm/page_tables.h"
#include "mm/page_walk.h"

#define PROBE 0x0000200000000000ul /* nothing else is mapped below the same entry of the PML4 */
#define MIB2  (2ul << 20)

/* -- what the grader passes to page_map and its like by address -------------------------------- */

struct page_tables probe_tables;
vaddr_t probe_address;
struct page_list probe_list;
struct page_mapping probe_mapping;

/* -- single accesses: what becomes of them, the grader sees -------------------------------------- */

uint64_t probe_read(const volatile uint64_t *address)
{
    return *address;
}

void probe_write(volatile uint64_t *address)
{
    *address = 0;
}

void probe_jump(void (*address)(void))
{
    address();
}

/* -- memory shortage ------------------------------------------------------------------------------ */

static paddr_t hoard; /* a list of single frames, each holding the next one's address */

/* Takes all frames but `keep`. */
void hoard_frames(uint64_t keep)
{
    while (frames_free > keep) {
        paddr_t frame = frame_alloc(0);
        *(paddr_t *)direct(frame) = hoard;
        hoard = frame;
    }
}

void return_frames(void)
{
    while (hoard) {
        paddr_t frame = hoard;
        hoard = *(paddr_t *)direct(frame);
        frame_free(frame, 0);
    }
}

/* -- the TLB --------------------------------------------------------------------------------------- */

/*
 * Each scene maps frames that hold the old word, reads it, so that the TLB holds the translation,
 * and reads again after the function in question. The new word says that the translation was
 * flushed, the old one that it was not. Entries are changed behind the kernel's back by
 * page_walk_set, which flushes nothing.
 */

#define OLD 0x01d
#define NEW 0x4e3

static struct page_tables live;
static paddr_t frames[2]; /* 2 MiB each: pages that begin with the old word, and with the new one */

static volatile uint64_t *const probe = (uint64_t *)PROBE;
static volatile uint64_t *const next = (uint64_t *)(PROBE + PAGE_SIZE);
static volatile uint64_t *const third = (uint64_t *)(PROBE + 2 * PAGE_SIZE);

static uint64_t entry_of(const volatile void *address)
{
    struct page_walk walk;

    page_walk(live.root, (vaddr_t)address, &walk);
    return *walk.entry;
}

/* Another value for the entry that decides about an address, and nobody is told. */
static void change_secretly(const volatile void *address, uint64_t entry)
{
    struct page_walk walk;

    page_walk(live.root, (vaddr_t)address, &walk);
    page_walk_set(&walk, entry);
}

/* The same entry, leading to the new word. */
static void exchange_secretly(const volatile void *address)
{
    change_secretly(address, entry_of(address) - frames[0] + frames[1]);
}

static int map(const volatile void *address, paddr_t target, uint64_t size)
{
    return page_map(&live, (vaddr_t)address, target, size, PAGE_W);
}

static int unmap(const volatile void *address, uint64_t size)
{
    vaddr_t from = (vaddr_t)address;

    return page_unmap(&live, &from, from + size, NULL);
}

static int protect(const volatile void *address, uint64_t size, page_flags_t flags)
{
    return page_protect(&live, (vaddr_t)address, size, flags);
}

static uint64_t unmapped_page(void)
{
    if (map(probe, frames[0], 2 * PAGE_SIZE) || *next != OLD || unmap(next, PAGE_SIZE) ||
        map(next, frames[1], PAGE_SIZE))
        return 0;
    return *next;
}

static uint64_t unmapped_range(void)
{
    if (map(probe, frames[0], 3 * PAGE_SIZE) || *third != OLD || unmap(probe, 3 * PAGE_SIZE) ||
        map(probe, frames[1], 3 * PAGE_SIZE))
        return 0;
    return *third;
}

static uint64_t unmapped_part(void)
{
    if (map(probe, frames[0], MIB2) || *next != OLD || unmap(next, PAGE_SIZE) ||
        map(next, frames[1], PAGE_SIZE))
        return 0;
    return *next;
}

static uint64_t unmapped_large(void)
{
    if (map(probe, frames[0], MIB2) || *third != OLD || unmap(probe, MIB2) ||
        map(probe, frames[1], MIB2))
        return 0;
    return *third;
}

static uint64_t protected_page(void)
{
    if (map(probe, frames[0], 2 * PAGE_SIZE) || *next != OLD)
        return 0;
    exchange_secretly(next);
    return protect(probe, 2 * PAGE_SIZE, 0) ? 0 : *next;
}

static uint64_t protected_part(void)
{
    if (map(probe, frames[0], MIB2) || *next != OLD)
        return 0;
    exchange_secretly(probe);
    return protect(next, PAGE_SIZE, 0) ? 0 : *next;
}

static uint64_t forbidden_page(void)
{
    if (map(probe, frames[0], 2 * PAGE_SIZE) || *next != OLD || protect(next, PAGE_SIZE, PAGE_NONE))
        return 0;
    exchange_secretly(next);
    return protect(next, PAGE_SIZE, PAGE_W) ? 0 : *next;
}

static uint64_t protected_as_before(void)
{
    if (map(probe, frames[0], 2 * PAGE_SIZE) || *next != OLD)
        return 0;
    exchange_secretly(next);
    return protect(probe, 2 * PAGE_SIZE, PAGE_W) ? 0 : *next;
}

static uint64_t mapped_anew(void)
{
    if (map(probe, frames[0], 2 * PAGE_SIZE) || *next != OLD)
        return 0;
    change_secretly(next, 0);
    return map(next, frames[1], PAGE_SIZE) ? 0 : *next;
}

static uint64_t neighbour_unmapped(void)
{
    if (map(probe, frames[0], 2 * PAGE_SIZE) || *next != OLD)
        return 0;
    exchange_secretly(next);
    return unmap(probe, PAGE_SIZE) ? 0 : *next;
}

static uint64_t neighbour_protected(void)
{
    if (map(probe, frames[0], 2 * PAGE_SIZE) || *next != OLD)
        return 0;
    exchange_secretly(next);
    return protect(probe, PAGE_SIZE, 0) ? 0 : *next;
}

static uint64_t allowed_again(void)
{
    if (map(probe, frames[0], 2 * PAGE_SIZE) || *next != OLD)
        return 0;
    exchange_secretly(next);
    change_secretly(next, entry_of(next) & ~PTE_P);
    return protect(next, PAGE_SIZE, PAGE_W) ? 0 : *next;
}

static uint64_t (*const scenes[])(void) = {
    unmapped_page,  unmapped_range,     unmapped_part,       unmapped_large,
    protected_page, protected_part,     forbidden_page,      protected_as_before,
    mapped_anew,    neighbour_unmapped, neighbour_protected, allowed_again,
};

/* Plays scene `number` on the tables that CR3 holds; the word that is read at last, or 0. */
uint64_t probe_tlb(uint64_t number)
{
    live = (struct page_tables){.root = read_cr3() & PTE_ADDR};
    for (int i = 0; i < 2; i++) {
        frames[i] = frame_alloc(9);
        if (!frames[i])
            return 0;
        for (uint64_t at = 0; at < MIB2; at += PAGE_SIZE)
            *(uint64_t *)direct(frames[i] + at) = i ? NEW : OLD;
    }
    write_cr3(read_cr3()); /* the TLB starts empty */
    uint64_t word = scenes[number]();
    if (unmap((void *)PROBE, MIB2))
        return 0;
    write_cr3(read_cr3());
    frame_free(frames[0], 9);
    frame_free(frames[1], 9);
    return word;
}

int main(void)
{
    for (uint64_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++)
        printf("scene %lu: %#lx\n", i, probe_tlb(i));
    return 0;
}
