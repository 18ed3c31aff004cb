/*
 * Raises the exception that its first argument names, with all registers known beforehand:
 * `fault page-write 0x123456789abcdef` loads rax, rbx, … with the second argument, plus
 * 0x0101010101010101 for each further register. `fault int 77` raises one by the INT instruction.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/boot.h"
#include "types.h"
#include "x86.h"

#include "fault.h"

#define NONCANONICAL 0x8000000000001000ul
#define ABSENT       0x0000700000005000ul /* far above the 4 GiB that the loader maps */

/* The table entry that maps a 4 KiB page of the image. */
static uint64_t *page_entry(const void *page)
{
    const uint64_t *table = boot_pointer(read_cr3() & PTE_ADDR);
    for (int level = 4; level > 1; level--)
        table = boot_pointer(table[((uint64_t)page >> (12 + 9 * (level - 1))) & 511] & PTE_ADDR);
    return (uint64_t *)&table[((uint64_t)page >> 12) & 511];
}

static char page[PAGE_SIZE] __attribute__((aligned(4096)));

static void page_change(uint64_t clear, uint64_t set)
{
    uint64_t *entry = page_entry(page);
    *entry = (*entry & ~clear) | set;
    invlpg((uint64_t)page);
}

static void make_read_only(void)
{
    page_change(PTE_W, 0);
}

static void make_no_execute(void)
{
    page_change(0, PTE_NX);
}

static void set_reserved_bit(void)
{
    page_change(0, 1ul << 51); /* beyond the physical addresses of the machine's CPU */
}

static void fpu_taken_away(void)
{
    fault_set_task_switched();
}

/* A gate for page faults that is not there: the processor cannot report one, and reports that. */
static void break_page_fault_gate(void)
{
    struct descriptor_table table;
    fault_store_idt(&table);
    ((struct idt_gate *)table.base)[VECTOR_PF].type = 0;
}

/* A copy of the GDT with one more descriptor, which is not present. */
static void add_absent_segment(void)
{
    static uint64_t gdt[6];
    struct descriptor_table table;
    fault_store_gdt(&table);
    memcpy(gdt, (const void *)table.base, 5 * sizeof gdt[0]);
    gdt[5] = GDT_DATA & ~SEGMENT_P;
    table = (struct descriptor_table){sizeof gdt - 1, (uint64_t)gdt};
    load_gdt(&table);
}

struct fault {
    const char *name;
    const char *raise; /* in fault_raise.asm */
    uint64_t rax;      /* what the instruction works on, where it needs something */
    void (*prepare)(void);
};

static const struct fault faults[] = {
    {"divide", raise_divide, 0, NULL},
    {"debug", raise_debug, 0, NULL},
    {"breakpoint", raise_breakpoint, 0, NULL},
    {"overflow", raise_overflow, 0, NULL},
    {"bound", raise_bound, 0, NULL},
    {"invalid-opcode", raise_invalid_opcode, 0, NULL},
    {"no-fpu", raise_no_fpu, 0, fpu_taken_away},
    {"double", raise_page_read, ABSENT, break_page_fault_gate},
    {"segment-not-present", raise_load_segment, 5 * 8, add_absent_segment},
    {"stack-segment", raise_stack_segment, 5 * 8, add_absent_segment},
    {"general-protection", raise_page_read, NONCANONICAL, NULL},
    {"selector", raise_load_segment, 0x7f8, NULL},
    {"gate", raise_gate, 0, NULL},
    {"page-read", raise_page_read, ABSENT, NULL},
    {"page-write", raise_page_write, ABSENT, NULL},
    {"page-fetch", raise_page_fetch, ABSENT, NULL},
    {"page-null", raise_page_write, 0x123, NULL},
    {"page-read-only", raise_page_write, (uint64_t)page, make_read_only},
    {"page-no-execute", raise_page_fetch, (uint64_t)page, make_no_execute},
    {"page-reserved", raise_page_read, (uint64_t)page, set_reserved_bit},
    {"x87", raise_x87, 0, NULL},
};

int main(int argc, char **argv)
{
    struct fault_registers registers;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;

    for (int i = 0; i < FAULT_REGISTERS; i++)
        registers.value[i] = seed + i * 0x0101010101010101ul;

    if (argc > 2 && strcmp(argv[1], "int") == 0) {
        unsigned vector = atoi(argv[2]) & 255;
        fault_raise(&registers, raise_int + vector * RAISE_INT_SIZE);
    }
    if (argc > 1 && strcmp(argv[1], "wait") == 0) /* for one that comes from outside */
        fault_raise(&registers, raise_nothing);

    for (size_t i = 0; argc > 1 && i < sizeof faults / sizeof faults[0]; i++) {
        if (strcmp(argv[1], faults[i].name) != 0)
            continue;
        if (faults[i].rax)
            registers.value[0] = faults[i].rax;
        if (faults[i].prepare)
            faults[i].prepare();
        fault_raise(&registers, faults[i].raise);
    }

    printf("usage: fault NAME SEED | fault int VECTOR | fault wait SEED; NAME is one of");
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        printf(" %s", faults[i].name);
    printf("\n");
    return 2;
}
