/* The local APIC: one register interface in two dresses, memory and MSRs. */
#include "smp/lapic.h"

#include <stdbool.h>
#include <stddef.h>

#include "exercise.h"
#include "kernel/traps.h"
#include "machine.h"
#include "smp/device_map.h"
#include "x86.h"

/* Registers, by their offset in memory (table 10-1). The MSR is MSR_X2APIC + offset / 16. */
#define APIC_ID            0x020
#define APIC_TPR           0x080
#define APIC_EOI           0x0b0
#define APIC_SPURIOUS      0x0f0
#define APIC_ICR_LOW       0x300
#define APIC_ICR_HIGH      0x310
#define APIC_LVT_TIMER     0x320
#define APIC_LVT_LINT0     0x350
#define APIC_LVT_LINT1     0x360
#define APIC_LVT_ERROR     0x370
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE  0x3e0

#define MSR_X2APIC  0x800u
#define SOFTWARE_ON (1u << 8)  /* in APIC_SPURIOUS (§10.9) */
#define LVT_MASKED  (1u << 16) /* §10.5.1; a timer that is not periodic has no further bit */
#define LVT_NMI     (4u << 8)
#define DIVIDE_BY_1 0xbu /* §10.5.4 */

/* The interrupt command register (§10.6.1). */
#define ICR_FIXED      (0u << 8)
#define ICR_INIT       (5u << 8)
#define ICR_STARTUP    (6u << 8)
#define ICR_PENDING    (1u << 12) /* xAPIC only: not on its way yet */
#define ICR_ASSERT     (1u << 14)
#define ICR_ALL_OTHERS (3u << 18)

static volatile uint32_t *registers; /* NULL: x2APIC */

/*
 * Reads and writes a register, in the mode that was chosen. In memory each stands at its offset, as
 * 32 bits and read as a whole; as MSR (§10.12.1.2), in the low 32 bits.
 */
static uint32_t apic_read(unsigned offset)
{
    /* EXERCISE 3.2a (15 points): read a register. */
    return registers ? registers[offset / 4] : (uint32_t)read_msr(MSR_X2APIC + offset / 16);
    /* END EXERCISE 3.2a */
}

static void apic_write(unsigned offset, uint32_t value)
{
    /* EXERCISE 3.2b (15 points): write a register. */
    if (registers)
        registers[offset / 4] = value;
    else
        write_msr(MSR_X2APIC + offset / 16, value);
    /* END EXERCISE 3.2b */
}

/* An interrupt that went away before it was taken; it is none, and gets no EOI (§10.9). */
static void on_spurious(struct trap_frame *frame)
{
}

void lapic_init(paddr_t address)
{
    if (!(cpuid(1, 0).ecx & CPUID_1_X2APIC)) {
        registers = device_map(address, PAGE_SIZE, PAGE_W | PAGE_UNCACHED);
        if (!registers)
            panic("no memory to map the local APIC");
    }
    trap_handle(VECTOR_SPURIOUS, on_spurious);
    lapic_enable();
}

/*
 * As smp/lapic.h says. MSR_APIC_BASE has two bits for it (§10.12.1): APIC_BASE_ENABLE, and with it
 * APIC_BASE_X2APIC where `registers` is NULL; all else in there stays. Before software enable, no
 * entry of the local vector table can be unmasked (§10.4.7.2). Firmware may have left an interrupt
 * in service: give an EOI last.
 */
void lapic_enable(void)
{
    /* EXERCISE 3.2c (15 points): take a local APIC into use. */
    uint64_t base = read_msr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

    write_msr(MSR_APIC_BASE, registers ? base : base | APIC_BASE_X2APIC);
    apic_write(APIC_TPR, 0);
    apic_write(APIC_SPURIOUS, SOFTWARE_ON | VECTOR_SPURIOUS);
    apic_write(APIC_LVT_TIMER, LVT_MASKED);
    apic_write(APIC_LVT_LINT0, LVT_MASKED);
    apic_write(APIC_LVT_LINT1, LVT_NMI);
    apic_write(APIC_LVT_ERROR, LVT_MASKED);
    apic_write(APIC_EOI, 0);
    /* END EXERCISE 3.2c */
}

/* An xAPIC's id has eight bits, the register's highest (§10.4.6); an x2APIC's all 32. */
uint32_t lapic_id(void)
{
    /* EXERCISE 3.2d (15 points): who am I? */
    return registers ? apic_read(APIC_ID) >> 24 : apic_read(APIC_ID);
    /* END EXERCISE 3.2d */
}

uint32_t lapic_id_max(void)
{
    return registers ? XAPIC_ID_MAX : UINT32_MAX - 1;
}

void lapic_eoi(void)
{
    apic_write(APIC_EOI, 0);
}

/*
 * Gives a command to the APIC with this id; returns when it is on its way.
 *
 * xAPIC (§10.6.1): the id goes to bits 24 to 31 of the high half, and writing the low half sends.
 * On this CPU nothing may come between the two: an interrupt handler may send, too. ICR_PENDING of
 * the low half tells that it is not on its way yet.
 *
 * x2APIC (§10.12.9): one MSR of 64 bits, at APIC_ICR_LOW's place, the id in the high 32; nothing to
 * wait for. But a WRMSR to it is not ordered behind the writes to memory before it (§10.12.3),
 * which the receiver must see: `__atomic_thread_fence(__ATOMIC_SEQ_CST)`.
 */
static void send(uint32_t apic_id, uint32_t command)
{
    /* EXERCISE 3.2e (15 points): an interrupt for another processor. */
    if (!registers) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        write_msr(MSR_X2APIC + APIC_ICR_LOW / 16, (uint64_t)apic_id << 32 | command);
        return;
    }
    uint64_t flags = interrupts_save();
    apic_write(APIC_ICR_HIGH, apic_id << 24);
    apic_write(APIC_ICR_LOW, command);
    while (apic_read(APIC_ICR_LOW) & ICR_PENDING)
        pause();
    interrupts_restore(flags);
    /* END EXERCISE 3.2e */
}

void lapic_send(uint32_t apic_id, uint8_t vector)
{
    send(apic_id, ICR_FIXED | ICR_ASSERT | vector);
}

void lapic_send_others(uint8_t vector)
{
    send(0, ICR_FIXED | ICR_ASSERT | ICR_ALL_OTHERS | vector);
}

void lapic_send_init(uint32_t apic_id)
{
    send(apic_id, ICR_INIT | ICR_ASSERT);
}

void lapic_send_startup(uint32_t apic_id, uint8_t page)
{
    send(apic_id, ICR_STARTUP | ICR_ASSERT | page);
}

/*
 * Writing the initial count starts the timer, at its vector and speed of that moment (§10.5.4): so
 * those are written first. One-shot, VECTOR_TIMER, divided by 1.
 */
void lapic_timer_set(uint32_t ticks)
{
    /* EXERCISE 3.2f (15 points): the timer. */
    apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
    apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
    apic_write(APIC_TIMER_INITIAL, ticks);
    /* END EXERCISE 3.2f */
}

uint32_t lapic_timer_left(void)
{
    return apic_read(APIC_TIMER_CURRENT);
}
