/* Why a fault happened: what lies at the address, and what that means. */
#include "mm/fault_cause.h"

#include <errno.h>
#include <stddef.h>

#include "exercise.h"
#include "kernel/symbols.h"
#include "kprintf.h"
#include "mm/address_space.h"
#include "mm/heap_debug.h"
#include "mm/layout.h"
#include "mm/page_tables.h"
#include "mm/regions.h"
#include "mm/stacks.h"
#include "x86.h"

extern const char image_start[], image_text_end[], image_rodata[], image_data[],
    image_end[]; /* image.ld */

static const char *access_words(uint64_t code)
{
    if (code & PF_FETCH)
        return "instruction fetch from";
    return code & PF_WRITE ? "write to" : "read from";
}

static const char *forbidden(uint64_t code)
{
    if (code & PF_FETCH)
        return "forbidden execution";
    return code & PF_WRITE ? "forbidden write" : "forbidden read";
}

/* " in `function`", where one is known. */
static void print_function(const struct trap_frame *frame)
{
    uint64_t offset;
    const char *function = symbol_at(frame->rip, &offset);

    if (!function && stack_holds(frame->rsp, sizeof(uint64_t)))
        function = symbol_at(*(const uint64_t *)frame->rsp - 1, &offset);
    if (function)
        kprintf(" in `%s`", function);
}

/* The place of an address in the slot of a stack; returns the reason for an absent page there. */
static const char *print_in_stack(const struct stack *stack, vaddr_t address, uint64_t code)
{
    /* EXERCISE 2.6a (10 points): guard pages, and what lies between. */
    if (address < stack->limit) {
        kprintf("the guard page below %s", stack->name);
        return "stack overflow";
    }
    if (address >= stack->top) {
        kprintf("the guard page above %s", stack->name);
        return "stack underflow";
    }
    kprintf("%s", stack->name);
    return code & PF_FETCH ? forbidden(code) : "missing page";
    /* END EXERCISE 2.6a */
}

/* The same of an address in the lower half, null pointers left out. */
static const char *print_in_lower_half(vaddr_t address, uint64_t code)
{
    const struct region *region = region_at(&application_space, address);

    if (!region) {
        kprintf("0x%lx, in no region", address);
        return "wild pointer";
    }
    kprintf("region 0x%lx-0x%lx %c%c%c", region->node.start, region->node.end,
            region->flags & PAGE_NONE ? '-' : 'r', region->flags & PAGE_W ? 'w' : '-',
            region->flags & PAGE_X ? 'x' : '-');
    return forbidden(code);
}

/* The same of an address in the direct map. */
static const char *print_in_direct_map(vaddr_t address)
{
    struct page_mapping mapping;
    bool exists = page_lookup(&kernel_tables, address, &mapping);

    kprintf("memory 0x%lx%s", address - DIRECT_MAP, exists ? "" : ", which does not exist");
    return "wild pointer";
}

/* The same of an address in the image. */
static const char *print_in_image(vaddr_t address)
{
    const char *place = (const char *)address;

    kprintf("the image's %s", place < image_rodata ? ".text"
                              : place < image_data ? ".rodata"
                                                   : ".data");
    return "missing page";
}

/*
 * Prints the PLACE of an address, and returns the REASON that goes with it for an access with this
 * error code to an absent page. NULL: the place says it all.
 */
static const char *print_place(vaddr_t address, uint64_t code)
{
    /* EXERCISE 2.6b (10 points): what lies at an address. */
    const struct stack *stack = stack_at(address);
    char words[192];

    if (address < application_space.start) {
        kprintf("address 0x%lx", address);
        return "null pointer";
    }
    if (stack)
        return print_in_stack(stack, address, code);
    if (address < LOWER_HALF_END)
        return print_in_lower_half(address, code);
    if (address >= DIRECT_MAP && address < DIRECT_MAP_END)
        return print_in_direct_map(address);
    if (address >= (vaddr_t)image_start && address < (vaddr_t)image_end)
        return print_in_image(address);
    if (heap_debug_explain(address, words, sizeof words)) {
        kprintf("the %s", words);
        return NULL;
    }
    kprintf("0x%lx, where nothing is", address);
    return "wild pointer";
    /* END EXERCISE 2.6b */
}

/* Contract: fault_cause.h. */
void fault_cause(const struct trap_frame *frame, vaddr_t address, int error)
{
    /* EXERCISE 2.6c (10 points): the sentence. */
    uint64_t code = frame->error_code;
    const struct stack *overrun = stack_overrun(frame->rbp, frame->rsp, address);
    const char *reason = "stack overflow";

    kprintf("%s ", access_words(code));
    if (overrun)
        kprintf("0x%lx bytes below %s", overrun->limit - address, overrun->name);
    else
        reason = print_place(address, code);

    if (error == -ENOMEM)
        reason = "out of memory";
    else if (code & PF_RESERVED)
        reason = "broken table";
    else if (code & PF_PRESENT)
        reason = forbidden(code);
    if (reason)
        kprintf(": %s", reason);
    print_function(frame);
    /* END EXERCISE 2.6c */
}

/* Contract: fault_cause.h. */
void double_fault_cause(vaddr_t address)
{
    /* EXERCISE 2.6d (10 points): why no handler was entered. */
    kprintf("no handler was entered");
    for (unsigned ist = 1; ist <= IST_STACKS; ist++) {
        uint64_t top = trap_stack(ist);
        bool canonical = top < LOWER_HALF_END || top >= -LOWER_HALF_END;
        struct page_mapping mapping;

        if (canonical && top - address - 1 >= 64)
            continue;
        kprintf(": IST %u, %s, is 0x%lx, ", ist, ist_stack(ist)->name, top);
        if (!canonical) {
            kprintf("not canonical");
            return;
        }
        kprintf("which leads to ");
        print_place(address, PF_WRITE);
        kprintf(page_lookup(&kernel_tables, address, &mapping) ? " (read-only)" : " (absent)");
        return;
    }
    for (unsigned vector = 0; vector < 32; vector++)
        if (!trap_gate_intact(vector)) {
            kprintf(": gate %u of the IDT is damaged", vector);
            return;
        }
    kprintf(", though stacks and gates look right");
    /* END EXERCISE 2.6d */
}
