/* Any calls of the heap, checked against a model: `heap_model SEED OPERATIONS [LARGEST]`. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ended.h"
#include "report.h"

#define SLOTS  2048
#define STAMPS 16 /* words of a large block that are written and looked at */

/* What the model knows of a block: its bounds, and the first of the words that stand in it. */
static struct slot {
    uint8_t *block;
    size_t size;
    uint64_t stamp;
} slots[SLOTS];

static uint64_t state;
static size_t largest = 64 * 1024;
static unsigned long operation;
static const char *call;
static volatile unsigned long model_done, model_refused; /* the grader reads these */

/* splitmix64: a counter, stirred. */
static uint64_t draw(void)
{
    uint64_t bits = state += 0x9e3779b97f4a7c15;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
    return bits ^ bits >> 31;
}

static _Noreturn void wrong(const char *what, const void *block, size_t size)
{
    report("wrong: operation %lu, %s: %s: block %p of %lu bytes\n", operation, call, what, block,
           (unsigned long)size);
    printf("operation %lu, %s: %s: block %p of %lu bytes\n", operation, call, what, block,
           (unsigned long)size);
    exit(1);
}

/* Where the word number `i` of a block stands: everywhere in a small one, spread over a large. */
static size_t stamp_at(size_t size, size_t i)
{
    size_t words = size / 8;

    if (words <= STAMPS)
        return i * 8;
    return i == STAMPS - 1 ? (words - 1) * 8 : words / STAMPS * i * 8;
}

static size_t stamps(size_t size)
{
    return size / 8 <= STAMPS ? size / 8 : STAMPS;
}

static void write_stamps(struct slot *slot)
{
    slot->stamp = draw();
    for (size_t i = 0; i < stamps(slot->size); i++) {
        uint64_t word = slot->stamp + i;
        memcpy(slot->block + stamp_at(slot->size, i), &word, 8);
    }
    for (size_t i = slot->size & -8ul; i < slot->size; i++)
        slot->block[i] = slot->stamp + i;
}

/* Whether what lies below `limit` is as it was written. */
static bool stamps_intact(const struct slot *slot, const uint8_t *block, size_t limit)
{
    for (size_t i = 0; i < stamps(slot->size); i++) {
        uint64_t word;
        size_t at = stamp_at(slot->size, i);
        if (at + 8 > limit)
            break;
        memcpy(&word, block + at, 8);
        if (word != slot->stamp + i)
            return false;
    }
    for (size_t i = slot->size & -8ul; i < slot->size && i < limit; i++)
        if (block[i] != (uint8_t)(slot->stamp + i))
            return false;
    return true;
}

static void check_intact(const struct slot *slot, const uint8_t *block, size_t limit)
{
    if (!stamps_intact(slot, block, limit))
        wrong("the contents have changed", slot->block, slot->size);
}

static int by_address(const void *left, const void *right)
{
    const struct slot *a = *(struct slot *const *)left, *b = *(struct slot *const *)right;
    return a->block < b->block ? -1 : a->block > b->block;
}

/* No two blocks share a byte. */
static void check_overlap(void)
{
    static const struct slot *live[SLOTS];
    unsigned count = 0;

    for (unsigned i = 0; i < SLOTS; i++)
        if (slots[i].block)
            live[count++] = &slots[i];
    qsort(live, count, sizeof live[0], by_address);
    for (unsigned i = 1; i < count; i++)
        if (live[i]->block < live[i - 1]->block + (live[i - 1]->size ? live[i - 1]->size : 1))
            wrong("it overlaps the block below it", live[i]->block, live[i]->size);
}

/* As many small ones as large ones, by orders of magnitude; the limits of size classes often. */
static size_t draw_size(void)
{
    uint64_t bits = draw();
    unsigned magnitude = 4;
    while (magnitude < 30 && 1ul << magnitude < largest)
        magnitude++;
    size_t size = 1ul << bits % (magnitude + 1);
    bits >>= 8;

    switch (bits % 8) {
    case 0:
        return size + bits / 8 % 3 - 1;
    case 1:
        return size + size / 4 * (bits / 8 % 4) + bits / 64 % 3 - 1;
    default:
        return size + (bits >> 8) % size;
    }
}

static void check_new(const struct slot *slot, size_t alignment)
{
    if ((uintptr_t)slot->block % alignment != 0)
        wrong("it is not aligned", slot->block, slot->size);
}

static void allocate(struct slot *slot)
{
    size_t alignment = 16;

    slot->size = draw_size();
    switch (draw() % 16) {
    case 0: {
        size_t count = 1 + draw() % 20;
        call = "calloc";
        slot->size = slot->size / count * count;
        slot->block = calloc(slot->size / count, count);
        for (size_t i = 0; slot->block && i < slot->size; i += i + 64 < slot->size ? 8 : 1)
            if (slot->block[i] != 0)
                wrong("it is not zeroed", slot->block, slot->size);
        break;
    }
    case 1:
        call = "aligned_alloc";
        alignment = 16ul << draw() % 9;
        slot->block = aligned_alloc(alignment, slot->size);
        break;
    default:
        call = "malloc";
        slot->block = malloc(slot->size);
    }
    if (!slot->block) {
        model_refused++;
        if (errno != ENOMEM)
            wrong("no block, and errno is not ENOMEM", NULL, slot->size);
        return;
    }
    check_new(slot, alignment);
    write_stamps(slot);
}

static void reallocate(struct slot *slot)
{
    size_t size = draw_size();

    if (size == 0)
        size = 1;
    call = "realloc";
    uint8_t *moved = realloc(slot->block, size);
    if (!moved) {
        model_refused++;
        check_intact(slot, slot->block, slot->size);
        return;
    }
    check_intact(slot, moved, size);
    slot->block = moved;
    slot->size = size;
    check_new(slot, 16);
    write_stamps(slot);
}

static void release(struct slot *slot)
{
    call = "free";
    check_intact(slot, slot->block, slot->size);
    free(slot->block);
    slot->block = NULL;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        printf("usage: heap_model SEED OPERATIONS [LARGEST]\n");
        return 2;
    }
    state = strtoul(argv[1], NULL, 0);
    unsigned long operations = strtoul(argv[2], NULL, 0);
    if (argc > 3)
        largest = strtoul(argv[3], NULL, 0);

    while (operation++ < operations) {
        model_done++;
        uint64_t bits = draw();
        struct slot *slot = &slots[bits % SLOTS];
        if (!slot->block)
            allocate(slot);
        else if (bits >> 32 & 7)
            release(slot);
        else
            reallocate(slot);
        if (operation % 8192 == 0)
            check_overlap();
    }
    check_overlap();
    for (struct slot *slot = slots; slot < slots + SLOTS; slot++)
        if (slot->block)
            release(slot);
    printf("%lu operations, %lu refused\n", model_done, model_refused);
    app_end(argc, argv);
    return 0;
}
