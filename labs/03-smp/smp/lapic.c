/* The local APIC: one register interface in two dresses, memory and MSRs. */
#include "smp/lapic.h"

#include <stdbool.h>
#include <stddef.h>

#include "exercise.h"
#include "machine.h"
#include "smp/device_map.h"
#include "x86.h"

/* Registers, by their offset in memory; the MSR is 0x800 + offset / 16 (table 10-1 and 10-6). */
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

#define MSR_X2APIC     0x800u
#define SOFTWARE_ON    (1u << 8)
#define LVT_MASKED     (1u << 16)
#define LVT_NMI        (4u << 8)
#define DIVIDE_BY_1    0xbu
#define ICR_FIXED      (0u << 8)
#define ICR_INIT       (5u << 8)
#define ICR_STARTUP    (6u << 8)
#define ICR_PENDING    (1u << 12)
#define ICR_ASSERT     (1u << 14)
#define ICR_ALL_OTHERS (3u << 18)

static volatile uint32_t *registers; /* NULL: x2APIC */

static uint32_t apic_read(unsigned offset)
{
    return registers ? registers[offset / 4] : (uint32_t)read_msr(MSR_X2APIC + offset / 16);
}

static void apic_write(unsigned offset, uint32_t value)
{
    if (registers)
        registers[offset / 4] = value;
    else
        write_msr(MSR_X2APIC + offset / 16, value);
}

void lapic_init(paddr_t address)
{
    if (cpuid(1, 0).ecx & CPUID_1_X2APIC)
        return;
    registers = device_map(address, PAGE_SIZE, PAGE_W | PAGE_UNCACHED);
    if (!registers)
        panic("no memory to map the local APIC");
}

void lapic_enable(void)
{
    uint64_t base = read_msr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

    /* EXERCISE 3.2a (15 points): the local APIC. */
    write_msr(MSR_APIC_BASE, registers ? base : base | APIC_BASE_X2APIC);
    apic_write(APIC_TPR, 0);
    apic_write(APIC_LVT_TIMER, LVT_MASKED);
    apic_write(APIC_LVT_LINT0, LVT_MASKED);
    apic_write(APIC_LVT_LINT1, LVT_NMI);
    apic_write(APIC_LVT_ERROR, LVT_MASKED);
    apic_write(APIC_SPURIOUS, SOFTWARE_ON | VECTOR_SPURIOUS);
    apic_write(APIC_EOI, 0);
    /* END EXERCISE 3.2a */
}

uint32_t lapic_id(void)
{
    return registers ? apic_read(APIC_ID) >> 24 : apic_read(APIC_ID);
}

void lapic_eoi(void)
{
    apic_write(APIC_EOI, 0);
}

/*
 * Writes the interrupt command register, and waits until the interrupt is on its way. In xAPIC mode
 * the two halves are two writes, and nothing may come between them.
 */
static void send(uint32_t apic_id, uint32_t command)
{
    if (!registers) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST); /* WRMSR to an x2APIC orders nothing (§10.12.3) */
        write_msr(MSR_X2APIC + APIC_ICR_LOW / 16, (uint64_t)apic_id << 32 | command);
        return;
    }
    uint64_t flags = interrupts_save();
    apic_write(APIC_ICR_HIGH, apic_id << 24);
    apic_write(APIC_ICR_LOW, command);
    while (apic_read(APIC_ICR_LOW) & ICR_PENDING)
        pause();
    interrupts_restore(flags);
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

void lapic_timer_set(uint32_t ticks)
{
    apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
    apic_write(APIC_LVT_TIMER, VECTOR_TIMER); /* one-shot */
    apic_write(APIC_TIMER_INITIAL, ticks);
}

uint32_t lapic_timer_left(void)
{
    return apic_read(APIC_TIMER_CURRENT);
}
