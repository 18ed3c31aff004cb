/*
 * Judges mm/heap.c and mm/slab.c, on frames of mm/frames.c, against a list of blocks.
 *
 * Input: a byte, memory's size (below), then four bytes for each step: what to do (below), which
 * slot, and a size of two bytes, in units of 16 bytes where the step has STEP_LARGE.
 *
 * Each block is full of a byte of its own, and looked at whole when it is used; blocks may not
 * overlap; and when all are freed, all memory must come back.
 */
#include "mm/heap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_machine.h"
#include "mm/direct.h"
#include "mm/frames.h"
#include "mm/slab.h"
#include "test.h"

#define FRAMES     512 /* at most; a slab is aligned in the host's addresses, too */
#define SLOTS      48
#define STEP_BYTES 4
#define STEPS_MAX  400
#define STEP_LARGE 0x80

/* A step's first byte, less STEP_LARGE, modulo STEPS. */
enum { MALLOC, FREE, CALLOC, ALIGNED, REALLOC, TRIM, WRONG_FREE, STEPS };

/* The names that the makefile gives the functions under test. */
void *heap_malloc(size_t size);
void heap_free(void *block);
void *heap_calloc(size_t count, size_t size);
void *heap_realloc(void *block, size_t size);
void *heap_aligned_alloc(size_t alignment, size_t size);

static struct slot {
    uint8_t *block;
    size_t size;
    uint8_t fill;
} slots[SLOTS];
static unsigned step;

static uint8_t memory[FRAMES * PAGE_SIZE] __attribute__((aligned(FRAMES * PAGE_SIZE)));

/* The first `size` bytes at `block` must hold what the slot was filled with. */
static void check_contents(const struct slot *slot, const uint8_t *block, size_t size)
{
    for (size_t i = 0; i < size; i++)
        CHECK(block[i] == slot->fill, "step %u: byte %zu of %zu is %#x, not %#x", step, i,
              slot->size, block[i], slot->fill);
}

/* A block that the slot got: where it lies, and what it is full of from now on. */
static void took(struct slot *slot, void *block, size_t size, size_t alignment)
{
    if (!block) {
        CHECK(errno == ENOMEM, "step %u: %zu bytes refused, errno %d", step, size, errno);
        return;
    }
    uint8_t *start = block, *end = start + (size ? size : 1);
    CHECK((uintptr_t)start % alignment == 0, "step %u: %zu bytes at %p, not a multiple of %zu",
          step, size, block, alignment);
    CHECK(start > memory && end <= memory + sizeof memory, "step %u: %zu bytes at %p", step, size,
          block);
    for (const struct slot *other = slots; other < slots + SLOTS; other++)
        CHECK(other == slot || !other->block || end <= other->block ||
                  start >= other->block + (other->size ? other->size : 1),
              "step %u: %zu bytes at %p overlap %zu bytes at %p", step, size, block, other->size,
              (void *)other->block);
    *slot = (struct slot){start, size, 1 + step % 255};
    memset(start, slot->fill, size);
}

/* Whether freeing this panics, and in words that can be true. */
static void wrong_free(uint8_t *pointer)
{
    bool inside = false;
    for (const struct slot *slot = slots; slot < slots + SLOTS; slot++) {
        if (slot->block == pointer)
            return; /* it would be right */
        inside |= slot->block && pointer > slot->block && pointer < slot->block + slot->size;
    }
    jmp_buf outer;
    memcpy(&outer, &panic_target, sizeof outer);
    bool panicked = setjmp(panic_target) != 0;
    if (!panicked)
        heap_free(pointer);
    memcpy(&panic_target, &outer, sizeof outer);
    CHECK(panicked, "step %u: freeing %p is no panic", step, (void *)pointer);
    CHECK(strstr(panic_text, "is no block of the heap") ||
              (!inside && strstr(panic_text, "is free already")),
          "step %u: freeing %p: '%s'", step, (void *)pointer, panic_text);
}

static void take(struct slot *slot, unsigned what, size_t size)
{
    size_t alignment = 16, count = 1 + size % 7;

    errno = 0;
    if (what == CALLOC) {
        slot->fill = 0;
        uint8_t *block = heap_calloc(size / count, count);
        slot->size = size = size / count * count;
        if (block)
            check_contents(slot, block, size);
        took(slot, block, size, alignment);
    } else if (what == ALIGNED) {
        alignment = 1ul << size % 19;
        took(slot, heap_aligned_alloc(alignment, size), size, alignment);
    } else {
        took(slot, heap_malloc(size), size, alignment);
    }
}

static void do_step(const uint8_t *in)
{
    struct slot *slot = &slots[in[1] % SLOTS];
    unsigned what = (in[0] & ~STEP_LARGE) % STEPS;
    size_t size = (in[2] | in[3] << 8) * (in[0] & STEP_LARGE ? 16ul : 1ul);

    if (what == TRIM) {
        heap_trim();
    } else if (what == WRONG_FREE) {
        wrong_free(memory + (size * 61 + in[1] * 16) % sizeof memory);
    } else if (slot->block && what == REALLOC && size > 0) {
        errno = 0;
        uint8_t *moved = heap_realloc(slot->block, size);
        check_contents(slot, moved ? moved : slot->block,
                       moved && size < slot->size ? size : slot->size);
        took(slot, moved, size, 16);
    } else if (slot->block) {
        check_contents(slot, slot->block, slot->size);
        if (what == REALLOC)
            heap_realloc(slot->block, 0);
        else
            heap_free(slot->block);
        slot->block = NULL;
    } else if (what != FREE) {
        take(slot, what, size);
    }
}

static void set_up(uint8_t pages)
{
    static struct boot_info info;

    memset(memory, 0, sizeof memory);
    memset(&info, 0, sizeof info);
    memset(slots, 0, sizeof slots);
    memset(slab_caches, 0, sizeof slab_caches);
    memset(frame_lists, 0, sizeof frame_lists);
    frames_total = frames_free = heap_runs = heap_run_pages = step = 0;
    host_memory = memory;
    host_memory_base = 0;
    info.region_count = 1;
    info.regions[0] =
        (struct boot_region){PAGE_SIZE, (16 + pages * 3ul / 2) * PAGE_SIZE, BOOT_FREE};
    frames_init(&info);
}

void heap_judge(const uint8_t *input, size_t size)
{
    if (size < 1)
        return;
    set_up(input[0]);
    static uint64_t start;
    start = frames_free;
    if (setjmp(panic_target) != 0) {
        CHECK(false, "step %u panics: %s", step, panic_text);
        return;
    }
    for (; step < STEPS_MAX && 1 + (step + 1) * STEP_BYTES <= size; step++)
        do_step(input + 1 + step * STEP_BYTES);
    for (struct slot *slot = slots; slot < slots + SLOTS; slot++) {
        if (slot->block)
            check_contents(slot, slot->block, slot->size);
        heap_free(slot->block);
    }
    heap_trim();
    CHECK(frames_free == start, "all is freed: expected %lu free frames, found %lu", start,
          frames_free);
    CHECK(heap_runs == 0 && heap_run_pages == 0, "all is freed: %lu runs, %lu pages", heap_runs,
          heap_run_pages);
    for (unsigned number = 0; number < SIZE_CLASSES; number++)
        CHECK(!slab_caches[number].partial && !slab_caches[number].empty &&
                  !slab_caches[number].slabs,
              "all is freed: class %zu has a slab", size_class_bytes(number));
}
