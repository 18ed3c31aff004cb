/* The buddy allocator: split a block until it fits, merge it when its buddy is free. */
#include "mm/frames.h"

#include <stdbool.h>
#include <stddef.h>

#include "exercise.h"
#include "machine.h"
#include "mm/stack_room.h"

struct frame *frame_table;
uint32_t frame_table_count;
uint32_t frame_lists[FRAME_ORDERS];
uint64_t frames_total;
uint64_t frames_free;

/* Makes `number` the head of a free block, first in the list of its order. */
static void list_push(uint32_t number, unsigned order)
{
    struct frame *frame = &frame_table[number];

    *frame = (struct frame){.next = frame_lists[order], .state = FRAME_FREE, .order = order};
    if (frame->next)
        frame_table[frame->next].previous = number;
    frame_lists[order] = number;
    frames_free += 1ul << order;
}

/* Takes the free block that `number` heads out of its list. It heads no block afterwards. */
static void list_remove(uint32_t number)
{
    struct frame *frame = &frame_table[number];

    if (frame->previous)
        frame_table[frame->previous].next = frame->next;
    else
        frame_lists[frame->order] = frame->next;
    if (frame->next)
        frame_table[frame->next].previous = frame->previous;
    frame->state = 0;
    frames_free -= 1ul << frame->order;
}

/* Makes `number` the head of a used block. */
static void mark_used(uint32_t number, unsigned order)
{
    frame_table[number] = (struct frame){.state = FRAME_USED, .order = order};
}

/* The order of the largest block that can start at `number` and has no more than `count` frames. */
static unsigned largest_order(uint32_t number, uint64_t count)
{
    unsigned order = 0;
    while (order + 1 < FRAME_ORDERS && number % (2u << order) == 0 && (2u << order) <= count)
        order++;
    return order;
}

/*
 * Contract: frames.h. Think of a ruler: from any mark, which is the longest step that ends on a mark
 * of its own size and not beyond the end?
 */
void frames_add(uint32_t first, uint32_t count)
{
    /* EXERCISE 2.1a (20 points): cut the memory into blocks. */
    frames_total += count;
    while (count > 0) {
        unsigned order = largest_order(first, count);
        list_push(first, order);
        first += 1u << order;
        count -= 1u << order;
    }
    /* END EXERCISE 2.1a */
}

/*
 * Contract: frames.h. Afterwards the taken block is a used one (mark_used), and each part that was
 * split off is a free block of its own.
 */
paddr_t frame_alloc(unsigned order)
{
    stack_room(STACK_NEED);

    /* EXERCISE 2.1b (20 points): take a block, and split it until it fits. */
    unsigned found = order;
    while (found < FRAME_ORDERS && !frame_lists[found])
        found++;
    if (found >= FRAME_ORDERS)
        return 0;

    uint32_t number = frame_lists[found];
    list_remove(number);
    while (found > order) {
        found--;
        list_push(number + (1u << found), found); /* the upper half stays free */
    }
    mark_used(number, order);
    return (paddr_t)number * PAGE_SIZE;
    /* END EXERCISE 2.1b */
}

/*
 * Panics unless `address` is the start of a used block of this order (frames.h has the words, and
 * which of them come first). The table has frame_table_count entries: read none behind them.
 */
static void check_used(paddr_t address, unsigned order)
{
    /* EXERCISE 2.1c (20 points): the wrong and the double free. */
    uint64_t number = address / PAGE_SIZE;

    if (address % PAGE_SIZE != 0 || number >= frame_table_count ||
        (frame_table[number].state != FRAME_FREE && frame_table[number].state != FRAME_USED))
        panic("frame_free: %#lx heads no block", address);
    if (frame_table[number].state == FRAME_FREE)
        panic("frame_free: %#lx is free already", address);
    if (frame_table[number].order != order)
        panic("frame_free: %#lx is of order %u, not %u", address, frame_table[number].order, order);
    /* END EXERCISE 2.1c */
}

/*
 * Contract: frames.h. A buddy may lie behind the table's end: then there is no memory. One that
 * heads a free block of another order is free only in part, or part of something larger.
 */
void frame_free(paddr_t address, unsigned order)
{
    stack_room(STACK_NEED);
    check_used(address, order);

    /* EXERCISE 2.1d (20 points): give a block back, and merge it with its buddies. */
    uint32_t number = address / PAGE_SIZE;

    frame_table[number].state = 0;
    while (order + 1 < FRAME_ORDERS) {
        uint32_t buddy = number ^ (1u << order);
        if (buddy >= frame_table_count || frame_table[buddy].state != FRAME_FREE ||
            frame_table[buddy].order != order)
            break;
        list_remove(buddy);
        number &= ~(1u << order); /* the lower one of the two heads the block */
        order++;
    }
    list_push(number, order);
    /* END EXERCISE 2.1d */
}

/*
 * Splits the used block that `head` heads into used ones, as few as can be, so that one of them
 * starts at frame `number`, which is one of the block's frames. The note of `head` stays.
 */
static void cut_used(uint32_t head, uint32_t number)
{
    /* EXERCISE 2.1e (20 points): cut a used block in two. */
    while (head != number) {
        unsigned order = --frame_table[head].order;
        uint32_t middle = head + (1u << order);
        mark_used(middle, order);
        if (number >= middle)
            head = middle;
    }
    /* END EXERCISE 2.1e */
}

/*
 * A run is several used blocks, side by side: the largest there are, as frames_add makes them of
 * the same frames. What is kept of it is again a run, and so is what is given back.
 */
void frames_shrink_run(paddr_t address, uint64_t count, uint64_t kept)
{
    uint64_t number = address / PAGE_SIZE;

    stack_room(STACK_NEED);
    if (address % PAGE_SIZE != 0 || number >= frame_table_count ||
        count > frame_table_count - number)
        panic("frame_free: %#lx heads no block", address);

    uint64_t end = number + count, cut = number + kept;
    uint64_t head = number, next = number; /* the block that holds the last frame that is kept */
    unsigned order;
    for (; number < end; number += 1u << order) {
        order = largest_order(number, end - number);
        check_used(number * PAGE_SIZE, order);
        if (number < cut) {
            head = number;
            next = number + (1u << order);
        }
    }
    if (cut < next)
        cut_used(head, cut);
    for (number = cut; number < end; number += 1u << order) {
        order = largest_order(number, end - number);
        frame_free(number * PAGE_SIZE, order);
    }
}

void frames_free_run(paddr_t address, uint64_t count)
{
    frames_shrink_run(address, count, 0);
}

/* Contract: frames.h. A block gives back what is too much of it. */
paddr_t frames_alloc_run(uint64_t count)
{
    stack_room(STACK_NEED);

    /* EXERCISE 2.1f (20 points): a run of frames. */
    unsigned order = 0;
    while (order < FRAME_ORDERS && (1ul << order) < count)
        order++;
    paddr_t address = count > 0 ? frame_alloc(order) : 0;
    if (address)
        frames_shrink_run(address, 1ul << order, count);
    return address;
    /* END EXERCISE 2.1f */
}

void frames_split(paddr_t address, unsigned order)
{
    stack_room(STACK_NEED);
    check_used(address, order);
    for (uint32_t i = 0; i < 1u << order; i++)
        mark_used(address / PAGE_SIZE + i, 0);
}
