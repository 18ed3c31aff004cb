/*
 * The frame allocator against a model: random blocks and runs are taken and given back.
 *
 * The model is one bit a frame, set where a frame is taken, and a list of what was taken. Each
 * frame that heads something holds a note, which must still be there when it is given back.
 *
 *   frames_model [SEED [OPERATIONS]]     runs, gives all back, and says what went wrong first
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "mm/direct.h"
#include "mm/frames.h"

#define FRAMES_MAX 32768 /* the model's memory: 128 MiB */
#define WORD       64
#define TAKEN_MAX  2048

struct taken {
    uint32_t number, count;
    bool is_run;
    uint32_t note;
};

/* The grader reads these. */
uint64_t model_bits[FRAMES_MAX / WORD];
uint64_t model_frames;     /* taken */
uint64_t model_operations; /* done */
uint64_t model_failures;   /* times that nothing was left */
char model_said[256];      /* what went wrong first */

static struct taken taken[TAKEN_MAX];
static unsigned taken_count;
static uint64_t state;
static bool filling = true;

long frames_model(uint64_t seed, uint64_t operations);
long frames_model_end(void);
long frames_use_all(uint64_t pattern);

static uint32_t draw(uint32_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545f4914f6cdd1dul >> 32) * below >> 32;
}

/* The order of the smallest block that holds so many frames. */
static unsigned order_of(uint32_t count)
{
    unsigned order = 0;
    while (1u << order < count)
        order++;
    return order;
}

#define WRONG(...) (snprintf(model_said, sizeof model_said, __VA_ARGS__), false)

/* Sets or clears the bits of some frames: whether all of them were the other way before. */
static bool turn(uint32_t number, uint32_t count, bool set)
{
    bool right = true;

    while (count > 0) {
        uint32_t at = number % WORD, bits = count < WORD - at ? count : WORD - at;
        uint64_t mask = (bits == WORD ? ~0ul : (1ul << bits) - 1) << at;
        uint64_t *word = &model_bits[number / WORD];
        right = right && (*word & mask) == (set ? 0 : mask);
        *word = set ? *word | mask : *word & ~mask;
        number += bits;
        count -= bits;
    }
    return right;
}

/* Whether the table has a block of this order all of whose frames may be free. */
static bool is_free(uint32_t number, unsigned order)
{
    for (uint32_t i = 0; i < 1u << order; i += WORD) {
        uint64_t mask = order >= 6 ? ~0ul : ((1ul << (1u << order)) - 1) << number % WORD;
        if (model_bits[(number + i) / WORD] & mask)
            return false;
    }
    return true;
}

static bool take(void)
{
    unsigned order = 0;
    while (order < 12 && draw(100) < 55)
        order++;
    bool is_run = draw(4) == 0;
    uint32_t count = is_run ? 1 + draw(2u << order) : 1u << order;
    order = order_of(count);

    paddr_t address = is_run ? frames_alloc_run(count) : frame_alloc(order);
    uint32_t number = address / PAGE_SIZE;
    if (!address) {
        model_failures++;
        filling = false;
        for (uint32_t at = 0; at + (1u << order) <= frame_table_count; at += 1u << order)
            if (is_free(at, order))
                return WRONG("order %u (%u frames) was refused, though the block at %#lx is free",
                             order, count, (paddr_t)at * PAGE_SIZE);
        return true;
    }
    if (address % ((uint64_t)PAGE_SIZE << order) != 0)
        return WRONG("the block of order %u (%u frames) is not aligned: %#lx", order, count,
                     address);
    if (number >= frame_table_count || count > frame_table_count - number ||
        !turn(number, count, true))
        return WRONG("%u frames at %#lx are taken already, or nobody's", count, address);
    if (*frame_note(address) != 0)
        return WRONG("the note of %#lx is %#x, not 0", address, *frame_note(address));

    uint32_t note = draw(~0u);
    *frame_note(address) = note;
    taken[taken_count++] = (struct taken){number, count, is_run, note};
    model_frames += count;
    return true;
}

static bool give_back(void)
{
    unsigned chosen = draw(taken_count);
    struct taken *block = &taken[chosen];
    paddr_t address = (paddr_t)block->number * PAGE_SIZE;
    uint32_t count = block->count;

    if (*frame_note(address) != block->note)
        return WRONG("the note of %#lx is %#x, not %#x", address, *frame_note(address),
                     block->note);
    if (block->is_run && draw(2))
        count = 1 + draw(count); /* some frames of a run, perhaps all */
    uint32_t kept = block->count - count;
    if (!turn(block->number + kept, count, false))
        return WRONG("the model is at odds with itself");
    if (block->is_run) {
        frames_shrink_run(address, block->count, kept);
    } else {
        frame_free(address, order_of(count));
    }
    block->count = kept;
    if (!kept)
        *block = taken[--taken_count];
    model_frames -= count;
    return true;
}

/* One operation: first memory is filled until nothing is left, then it is emptied, and so on. */
static bool step(void)
{
    uint64_t before = frames_free + model_frames;
    bool takes = taken_count == 0 || (taken_count < TAKEN_MAX && draw(100) < (filling ? 65 : 35));

    if (taken_count == TAKEN_MAX)
        filling = false;
    if (taken_count == 0)
        filling = true;
    model_operations++;
    if (!(takes ? take() : give_back()))
        return false;
    if (frames_free + model_frames != before)
        return WRONG("%lu frames are free and %lu are taken, %lu in all: %lu before", frames_free,
                     model_frames, frames_free + model_frames, before);
    return true;
}

/* Marks as taken what is not free at the start: all but the blocks in the lists. */
static void start(uint64_t seed)
{
    state = seed | 1;
    if (model_operations > 0)
        return;
    for (uint32_t i = 0; i < FRAMES_MAX / WORD; i++)
        model_bits[i] = ~0ul;
    for (unsigned order = 0; order < FRAME_ORDERS; order++)
        for (uint32_t number = frame_lists[order]; number; number = frame_table[number].next)
            turn(number, 1u << order, false);
}

/* Does so many random operations more. Returns 0, or 1: model_said has the reason. */
long frames_model(uint64_t seed, uint64_t operations)
{
    if (frame_table_count > FRAMES_MAX)
        return !WRONG("the model has room for 128 MiB");
    start(seed);
    for (uint64_t i = 0; i < operations; i++)
        if (!step())
            return 1;
    return 0;
}

/* Gives all back. Returns 0, or 1. */
long frames_model_end(void)
{
    while (taken_count > 0)
        if (!give_back())
            return 1;
    return 0;
}

/*
 * Takes every frame there is, one by one, fills each with numbers of its own, finds them unchanged,
 * and gives all back in another order. Returns how many there were, or -1: model_said has the
 * reason.
 */
long frames_use_all(uint64_t pattern)
{
    paddr_t first = 0;
    long count = 0;

    for (paddr_t frame; (frame = frame_alloc(0)); first = frame, count++) {
        uint64_t *words = direct(frame);
        words[0] = first; /* a chain through all of them */
        for (unsigned i = 1; i < PAGE_SIZE / 8; i++)
            words[i] = frame ^ pattern ^ i;
    }
    for (unsigned order = 0; order < FRAME_ORDERS; order++)
        if (frame_alloc(order) || frames_alloc_run(1ul << order))
            return WRONG("every frame is taken, and still a block of order %u is free", order) - 1;
    for (paddr_t frame = first, next; frame; frame = next) {
        const uint64_t *words = direct(frame);
        for (unsigned i = 1; i < PAGE_SIZE / 8; i++)
            if (words[i] != (frame ^ pattern ^ i))
                return WRONG("the frame at %#lx has changed while it was taken", frame) - 1;
        next = words[0];
        frame_free(frame, 0);
    }
    return count;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
    uint64_t operations = argc > 2 ? strtoul(argv[2], NULL, 0) : 1000000;
    uint64_t before = frames_free;

    if (frames_model(seed, operations) || frames_model_end()) {
        printf("frames_model: operation %lu: %s\n", model_operations, model_said);
        return 1;
    }
    printf("frames_model: %lu operations, %lu times nothing was left, %lu frames free before and "
           "%lu after\n",
           model_operations, model_failures, before, frames_free);
    return before != frames_free;
}
