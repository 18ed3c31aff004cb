/*
 * Room on the stack for code that the page-fault handler must not come in between of.
 *
 * The kernel runs on stacks that grow when they are touched (mm/stacks.h): any push may be a page
 * fault, and the handler takes a frame and maps it. If the frame allocator was interrupted while it
 * had chosen a block and not yet taken it out of its list, the handler takes the same one: it has
 * two owners then. Therefore each function that the handler calls, too, first touches what it will
 * need of the stack, at a time when nothing is half done. All that a growing stack lacks down to
 * there is mapped then (stack_grow), and no fault comes later.
 *
 * Whoever changes such a function must stay within these bytes: no large arrays, no recursion
 * without a bound.
 */
#pragma once

#include <stdint.h>

#include "types.h"

/*
 * Bytes of stack below a function of mm/frames.h. At -Og the deepest one (frames_alloc_run) uses
 * 200, and page_map 450; the rest is for helpers of your own, and for recursion down the orders.
 * Functions of mm/page_tables.h call those of frames, which touch as well: they take twice as much.
 * No more than a page, so that what is touched below the end of a stack is its guard page.
 */
#define STACK_NEED 2048
_Static_assert(2 * STACK_NEED <= PAGE_SIZE, "more would reach beyond a guard page");

/* Makes sure that `need` bytes below the caller's frame are mapped. On the host they always are. */
static inline __attribute__((always_inline)) void stack_room(uint64_t need)
{
#ifndef HOST_TEST
    (void)*(const volatile char *)((vaddr_t)__builtin_frame_address(0) - need);
#endif
}
