/*
 * Judges mm/frames.c and mm/frames_boot.c against an array with one number a frame.
 *
 * Input: what memory holds before set-up (below), a byte with the number of regions, three bytes
 * for each (its type, the frames before it, its frames), then three bytes for each step: what to
 * do (below), and two numbers.
 *
 * What is free must after each step be cut into the largest blocks there are: that is what merging
 * at once comes to.
 */
#include "mm/frames.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_machine.h"
#include "mm/direct.h"
#include "test.h"

#define FRAMES      512
#define REGIONS_MAX 8
#define STEP_BYTES  3
#define STEPS_MAX   300
#define TAKEN_MAX   FRAMES

/* The input's first byte: memory is full of free blocks of an order, of used ones, or of zeros. */
#define GARBAGE_ORDER 31
#define GARBAGE_USED  32
#define GARBAGE_NONE  64

/* A step's first byte, modulo STEPS. */
enum { ALLOC, FREE, ALLOC_RUN, SHRINK_RUN, FREE_RUN, WRONG_FREE, WRONG_RUN, STEPS };

enum { NOBODYS, FREE_FRAME, TAKEN };

struct taken {
    uint32_t number, count;
    uint32_t note;
};

static struct {
    uint8_t state[FRAMES];
    struct taken taken[TAKEN_MAX];
    unsigned taken_count;
    unsigned step;
    bool garbage; /* a wrong free may meet an entry that nobody wrote */
} model;

static unsigned order_of(uint64_t count)
{
    unsigned order = 0;
    while (1ull << order < count)
        order++;
    return order;
}

/* The order of the block that starts at `number` when `count` frames from there are cut. */
static unsigned piece(uint32_t number, uint32_t count)
{
    unsigned order = 0;
    while (order + 1 < FRAME_ORDERS && number % (2u << order) == 0 && 2u << order <= count)
        order++;
    return order;
}

static bool all(uint32_t number, uint32_t count, uint8_t state)
{
    for (uint32_t i = number; i < number + count; i++)
        if (i >= FRAMES || model.state[i] != state)
            return false;
    return true;
}

/* Cuts what is free: heads[n] is 1 more than the order of the free block that frame n heads. */
static void cut(uint8_t heads[FRAMES])
{
    memset(heads, 0, FRAMES);
    for (uint32_t number = 0, end; number < FRAMES; number = end) {
        for (end = number; end < FRAMES && model.state[end] == FREE_FRAME;)
            end++;
        while (number < end) {
            unsigned order = piece(number, end - number);
            heads[number] = order + 1;
            number += 1u << order;
        }
        end += number == end;
    }
}

/* All lists, as the code left them. */
static void compare(void)
{
    uint8_t orders[FRAMES] = {0}, expected[FRAMES]; /* as cut() has them */
    uint64_t count = 0;

    for (unsigned order = 0; order < FRAME_ORDERS; order++) {
        uint32_t previous = 0;
        for (uint32_t number = frame_lists[order]; number; number = frame_table[number].next) {
            const struct frame *frame = &frame_table[number];
            CHECK(number < frame_table_count, "step %u: frame %#x is in list %u", model.step,
                  number, order);
            CHECK(frame->state == FRAME_FREE && frame->order == order &&
                      frame->previous == previous,
                  "step %u: frame %#x in list %u: state %#x, order %u, previous %#x, not %#x",
                  model.step, number, order, frame->state, frame->order, frame->previous, previous);
            CHECK(orders[number] == 0, "step %u: frame %#x is listed twice", model.step, number);
            orders[number] = order + 1;
            previous = number;
        }
    }
    cut(expected);
    for (uint32_t number = 0; number < FRAMES; number++) {
        count += model.state[number] == FREE_FRAME;
        CHECK(orders[number] == expected[number],
              "step %u: frame %#x: expected a free block of order %d, found %d (-1: none)",
              model.step, number, expected[number] - 1, orders[number] - 1);
    }
    CHECK(frames_free == count, "step %u: expected %lu free frames, found %lu", model.step, count,
          frames_free);
}

static void set(uint32_t number, uint32_t count, uint8_t state)
{
    memset(&model.state[number], state, count);
}

/* Frames that the code has handed out, or 0: whether that is right, and what is free then. */
static void took(paddr_t address, uint64_t count)
{
    unsigned order = order_of(count), smallest = FRAME_ORDERS;
    uint8_t heads[FRAMES];

    cut(heads);
    for (uint32_t i = 0; i < FRAMES; i++)
        if (heads[i] > order && heads[i] - 1u < smallest)
            smallest = heads[i] - 1;
    if (address == 0) {
        CHECK(count == 0 || smallest == FRAME_ORDERS,
              "step %u: %lu frames refused, order %u is free", model.step, count, smallest);
        return;
    }
    uint64_t number = address / PAGE_SIZE;
    CHECK(count > 0 && smallest < FRAME_ORDERS && address % PAGE_SIZE == 0 && number < FRAMES &&
              number % (1u << order) == 0,
          "step %u: %lu frames at %#lx", model.step, count, address);
    CHECK(heads[number & -(1u << smallest)] == smallest + 1,
          "step %u: %lu frames at %#lx, out of no block of order %u", model.step, count, address,
          smallest);
    CHECK(*frame_note(address) == 0, "step %u: the note is %#x", model.step, *frame_note(address));
    set(number, count, TAKEN);
    *frame_note(address) = 0x1000000 + model.step;
    model.taken[model.taken_count++] = (struct taken){number, count, 0x1000000 + model.step};
}

static void give_back(const struct taken *taken, uint32_t kept)
{
    CHECK(*frame_note((paddr_t)taken->number * PAGE_SIZE) == taken->note,
          "step %u: the note of frame %#x is lost", model.step, taken->number);
    set(taken->number + kept, taken->count - kept, FREE_FRAME);
}

/* What freeing frame `number` as a block of this order must say, or NULL: it is right. */
static const char *complaint(uint64_t number, unsigned order)
{
    static char text[100];
    uint64_t address = number * PAGE_SIZE;

    uint8_t heads[FRAMES];

    cut(heads);
    if (number < FRAMES && heads[number]) {
        snprintf(text, sizeof text, "frame_free: %#lx is free already", address);
        return text;
    }
    for (unsigned i = 0; i < model.taken_count; i++) {
        const struct taken *taken = &model.taken[i];
        uint32_t end = taken->number + taken->count;
        for (uint32_t at = taken->number; at < end; at += 1u << piece(at, end - at)) {
            if (at != number)
                continue;
            if (piece(at, end - at) == order)
                return NULL;
            snprintf(text, sizeof text, "frame_free: %#lx is of order %u, not %u", address,
                     piece(at, end - at), order);
            return text;
        }
    }
    snprintf(text, sizeof text, "frame_free: %#lx heads no block", address);
    return text;
}

/* Frees frames as a block, or `count` of them as a run: whether the code panics. */
static bool panics(uint64_t number, unsigned order, uint64_t count)
{
    jmp_buf outer;
    memcpy(&outer, &panic_target, sizeof outer);
    bool panicked = setjmp(panic_target) != 0;
    if (!panicked && count)
        frames_free_run(number * PAGE_SIZE, count);
    else if (!panicked)
        frame_free(number * PAGE_SIZE, order);
    memcpy(&panic_target, &outer, sizeof outer);
    return panicked;
}

/* What the code must say of that, or NULL: it is right. */
static const char *expected_panic(uint64_t number, unsigned order, uint64_t count)
{
    const char *expected = NULL;

    if (!count)
        return complaint(number, order);
    if (number >= frame_table_count || count > frame_table_count - number)
        return "heads no block"; /* the whole of it */
    while (count && !expected) {
        order = piece(number, count);
        expected = complaint(number, order);
        number += 1ull << order;
        count -= 1ull << order;
    }
    return expected;
}

/* Frees what is wrong to free: the code must say so, with nothing changed. */
static void wrong_free(uint64_t number, unsigned order, uint64_t count)
{
    const char *expected = expected_panic(number, order, count);

    if (!expected)
        return; /* it would be right */
    CHECK(panics(number, order, count), "step %u: no panic, expected '%s'", model.step, expected);
    CHECK(strstr(panic_text, expected) != NULL, "step %u: expected '%s', found '%s'", model.step,
          expected, panic_text);
}

static void step(unsigned what, unsigned one, unsigned other)
{
    struct taken *chosen = model.taken_count ? &model.taken[one % model.taken_count] : NULL;
    paddr_t address = chosen ? (paddr_t)chosen->number * PAGE_SIZE : 0;
    uint32_t kept = 0;

    switch (what) {
    case ALLOC:
        if (model.taken_count < TAKEN_MAX)
            took(frame_alloc(one % 32), 1ull << one % 32);
        return;
    case ALLOC_RUN:
        if (model.taken_count < TAKEN_MAX)
            took(frames_alloc_run(one | (other % 4) << 8), one | (other % 4) << 8);
        return;
    case WRONG_FREE:
        if (!model.garbage)
            wrong_free(one | (other % 4) << 8, other / 4 % 24, 0);
        return;
    case WRONG_RUN:
        if (!model.garbage)
            wrong_free(one * 2, 0, 1 + other);
        return;
    case FREE:
    case SHRINK_RUN:
    case FREE_RUN:
        if (!chosen)
            return;
        if (what == SHRINK_RUN)
            kept = other % (chosen->count + 1);
        give_back(chosen, kept);
        if (what == SHRINK_RUN)
            frames_shrink_run(address, chosen->count, kept);
        else if (what == FREE && (chosen->count & (chosen->count - 1)) == 0)
            frame_free(address, order_of(chosen->count));
        else
            frames_free_run(address, chosen->count);
        chosen->count = kept;
        if (!kept)
            *chosen = model.taken[--model.taken_count];
    }
}

/* The regions that the input asks for; returns how many bytes of it they took. */
static size_t make_regions(const uint8_t *input, size_t size, struct boot_info *info)
{
    size_t used = 2;
    uint32_t at = 0;

    for (unsigned i = 0; i < 1u + input[1] % REGIONS_MAX && used + 3 <= size; i++, used += 3) {
        uint32_t first = at + input[used + 1] % 64, count = 1 + input[used + 2];
        if (first + count > FRAMES)
            break;
        enum boot_region_type type = input[used] % 3 ? BOOT_FREE : 1 + input[used] / 3 % 8;
        struct boot_region *last = info->region_count ? &info->regions[info->region_count - 1] : 0;
        if (last && last->type == type && first == at)
            last->size += count * PAGE_SIZE;
        else
            info->regions[info->region_count++] =
                (struct boot_region){(paddr_t)first * PAGE_SIZE, count * PAGE_SIZE, type};
        at = first + count;
        if (type == BOOT_FREE)
            set(first, count, FREE_FRAME);
    }
    model.state[0] = NOBODYS;
    return used;
}

/* Sets up; false where there is no room for the table, which must be true. */
static bool set_up(const struct boot_info *info)
{
    static uint64_t end, longest; /* entries of the table; the most free frames in a row */
    end = longest = 0;
    for (unsigned i = 0; i < info->region_count; i++)
        if (info->regions[i].type <= BOOT_ACPI_RECLAIM || info->regions[i].type >= BOOT_LOADER)
            end = (info->regions[i].base + info->regions[i].size) / PAGE_SIZE;
    for (unsigned i = 0, run = 0; i < FRAMES; i++) {
        run = model.state[i] == FREE_FRAME ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    uint64_t pages = (end * sizeof(struct frame) + PAGE_SIZE - 1) / PAGE_SIZE;

    if (setjmp(panic_target) != 0) {
        CHECK(longest == 0 || longest * PAGE_SIZE < end * sizeof(struct frame), "set-up panics: %s",
              panic_text);
        return false;
    }
    frames_init(info);
    frames_init_high(info);
    CHECK(frame_table_count == end, "the table has %u entries, not %lu", frame_table_count, end);
    uint32_t table = direct_address(frame_table) / PAGE_SIZE;
    CHECK(all(table, pages, FREE_FRAME), "the table lies in memory that is not free: %#x", table);
    set(table, pages, NOBODYS);
    return true;
}

/* What memory holds before. */
static void fill(uint8_t garbage)
{
    struct frame entry = {.next = 7, .previous = 5, .state = FRAME_FREE};
    static uint8_t memory[FRAMES * PAGE_SIZE + sizeof(struct frame)];

    host_memory = memory;
    host_memory_base = 0;
    model.garbage = !(garbage & GARBAGE_NONE);
    entry.order = garbage & GARBAGE_ORDER;
    if (garbage & GARBAGE_USED)
        entry.state = FRAME_USED;
    if (!model.garbage)
        memset(&entry, 0, sizeof entry);
    for (size_t at = 0; at + sizeof entry <= sizeof memory; at += sizeof entry)
        memcpy(memory + at, &entry, sizeof entry);
}

static void run(const uint8_t *steps, size_t size)
{
    uint64_t start = frames_free;

    CHECK(frames_total == start, "frames_total is %lu, not %lu", frames_total, start);
    compare();
    for (; model.step < STEPS_MAX && (model.step + 1) * STEP_BYTES <= size; model.step++) {
        const uint8_t *in = steps + model.step * STEP_BYTES;
        step(in[0] % STEPS, in[1], in[2]);
        compare();
    }
    while (model.taken_count > 0)
        step(FREE, 0, 0);
    compare();
    CHECK(frames_free == start, "all was given back: expected %lu free frames, found %lu", start,
          frames_free);
}

void frames_judge(const uint8_t *input, size_t size)
{
    static struct boot_info info;

    if (size < 2)
        return;
    memset(&info, 0, sizeof info);
    memset(&model, 0, sizeof model);
    memset(frame_lists, 0, sizeof frame_lists);
    frames_total = frames_free = 0;
    fill(input[0]);
    static size_t used;
    used = make_regions(input, size, &info);
    if (!set_up(&info))
        return;
    if (setjmp(panic_target) != 0)
        CHECK(false, "step %u panics: %s", model.step, panic_text);
    else
        run(input + used, size - used);
}
