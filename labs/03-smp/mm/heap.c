/* malloc and its kin: small blocks from slabs, large ones from runs of frames. */
#include "mm/heap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exercise.h"
#include "machine.h"
#include "mm/direct.h"
#include "mm/frames.h"
#include "mm/heap_debug.h"
#include "mm/slab.h"

#define RUN_MAX (1ul << (FRAME_ORDERS - 1)) /* pages of the largest run that can be had */

uint64_t heap_runs;
uint64_t heap_run_pages;

uint64_t heap_trim(void)
{
    return slab_trim();
}

/* Runs of all CPUs are counted together. */
static void count_runs(uint64_t runs, uint64_t pages)
{
    __atomic_fetch_add(&heap_runs, runs, __ATOMIC_RELAXED);
    __atomic_fetch_add(&heap_run_pages, pages, __ATOMIC_RELAXED);
}

/* A block of `size` bytes, more than 0, at a multiple of `alignment` and of PAGE_SIZE; or NULL. */
static void *run_alloc(size_t size, size_t alignment)
{
    uint64_t pages = size / PAGE_SIZE + (size % PAGE_SIZE != 0);
    uint64_t taken = pages * PAGE_SIZE >= alignment ? pages : alignment / PAGE_SIZE;
    if (pages > RUN_MAX || taken > RUN_MAX)
        return NULL;
    paddr_t run = frames_alloc_run(taken); /* aligned to its size */
    if (!run)
        return NULL;

    if (pages < taken)
        frames_shrink_run(run, taken, pages);
    *frame_note(run) = run_note(pages);
    count_runs(1, pages);
    return direct(run);
}

/* Shortens a run to its first `pages` pages. */
static void run_shrink(void *block, uint64_t pages)
{
    paddr_t run = direct_address(block);
    uint64_t before = run_pages(*frame_note(run));

    if (pages == before)
        return;
    frames_shrink_run(run, before, pages);
    *frame_note(run) = run_note(pages);
    count_runs(0, pages - before);
}

static void run_free(void *block)
{
    paddr_t run = direct_address(block);
    uint64_t pages = run_pages(*frame_note(run));

    *frame_note(run) = 0;
    frames_free_run(run, pages);
    count_runs(-1ul, -pages);
}

/*
 * The note of the frame at an address, if it is one of the heap's; else 0. The address may be any
 * number, and an entry of the table may be as memory was before set-up. What counts is said by the
 * head of a used block, which is never so: it has a run's note, or the same slab's.
 */
static inline uint32_t note_at(const void *address)
{
    uint64_t number = direct_address(address) / PAGE_SIZE;
    uint32_t note = number < frame_table_count ? frame_table[number].note : 0;
    unsigned order = note_is_slab(note) ? slab_note_order(note) : 0;

    if (order >= FRAME_ORDERS)
        return 0;
    const struct frame *head = &frame_table[number & -(1ul << order)];
    bool valid =
        note_is_slab(note) ? head->note == note && head->order == order : note_is_run(note);
    return valid && head->state == FRAME_USED ? note : 0;
}

/* Whether the frame at an address lies in a free block of frames. */
static bool frame_is_free(const void *address)
{
    uint64_t number = direct_address(address) / PAGE_SIZE;

    for (unsigned order = 0; order < FRAME_ORDERS && number < frame_table_count; order++) {
        const struct frame *head = &frame_table[number & -(1ul << order)];
        if (head->state == FRAME_FREE && head->order == order)
            return true;
    }
    return false;
}

/* Says what a pointer is that can not be a block's, in the name of `caller`. */
static _Noreturn void not_a_block(const void *pointer, const char *caller)
{
    if (frame_is_free(pointer))
        panic("%s: %p is free already", caller, pointer);
    panic("%s: %p is no block of the heap", caller, pointer);
}

/* The number of bytes that a block has room for. Panics, in the name of `caller`, if it is none. */
static size_t block_size(const void *block, const char *caller)
{
    uint32_t note = note_at(block);

    if (note_is_run(note) && (uintptr_t)block % PAGE_SIZE == 0)
        return run_pages(note) * (size_t)PAGE_SIZE;
    if (!note_is_slab(note))
        not_a_block(block, caller);
    slab_check(slab_at(block, note), block, caller);
    return slab_at(block, note)->size;
}

/*
 * A block of `size` bytes, from a slab or as a run of pages; one of 0 bytes is a block too.
 * Inlined even where -Og would not, since every malloc goes through here.
 */
static inline __attribute__((always_inline)) void *block_alloc(size_t size)
{
    /* EXERCISE 2.4d (20 points): small or large. */
    if (size == 0)
        size = 1;
    return size <= SIZE_CLASS_MAX ? slab_alloc(size_class(size)) : run_alloc(size, PAGE_SIZE);
    /* END EXERCISE 2.4d */
}

/*
 * What malloc does where there is no memory: tries again with what other classes do not need, and
 * then for just the pages of this block, since a slab takes more. Sets errno if all is in vain.
 */
static void *block_alloc_scarce(size_t size, size_t alignment)
{
    void *block = NULL;

    if (heap_trim() > 0 && alignment <= SIZE_CLASS_STEP)
        block = block_alloc(size);
    if (!block)
        block = run_alloc(size, alignment);
    if (!block)
        errno = ENOMEM;
    return block;
}

void *malloc(size_t size)
{
    void *block = block_alloc(size);

    return block ? block : block_alloc_scarce(size, SIZE_CLASS_STEP);
}

void free(void *block)
{
    /* EXERCISE 2.4e (20 points): whose block is it? */
    if (!block)
        return;
    uint32_t note = note_at(block);
    if (note_is_slab(note))
        slab_free(slab_at(block, note), block);
    else if (note_is_run(note) && (uintptr_t)block % PAGE_SIZE == 0)
        run_free(block);
    else
        not_a_block(block, "free");
    /* END EXERCISE 2.4e */
}

void *calloc(size_t count, size_t size)
{
    /* EXERCISE 2.4f (20 points): zeroed, and not too small. */
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    void *block = malloc(bytes);
    return block ? memset(block, 0, bytes) : NULL;
    /* END EXERCISE 2.4f */
}

void *realloc(void *block, size_t size)
{
    if (!block)
        return malloc(size);
    if (size == 0) {
        free(block);
        return NULL;
    }
    size_t room = block_size(block, "realloc");

    /* EXERCISE 2.4g (20 points): stay in place, or move. */
    if (size <= room && size > SIZE_CLASS_MAX) {
        run_shrink(block, (size + PAGE_SIZE - 1) / PAGE_SIZE);
        return block;
    }
    if (size <= room && size > room / 2)
        return block;
    void *moved = malloc(size);
    if (!moved)
        return size <= room ? block : NULL;
    memcpy(moved, block, size < room ? size : room);
    free(block);
    return moved;
    /* END EXERCISE 2.4g */
}

/* Contract: stdlib.h. 0 bytes are rounded up from 1. */
void *aligned_alloc(size_t alignment, size_t size)
{
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        errno = EINVAL;
        return NULL;
    }

    /* EXERCISE 2.4h (20 points): at a multiple of a power of two. */
    if (size == 0)
        size = 1;
    if (alignment > PAGE_SIZE) {
        void *block = run_alloc(size, alignment);
        return block ? block : block_alloc_scarce(size, alignment);
    }
    size_t whole = (size + alignment - 1) & -alignment;
    if (whole < size) {
        errno = ENOMEM;
        return NULL;
    }
    return malloc(whole); /* its class is a multiple of the alignment, too; a run is page-aligned */
    /* END EXERCISE 2.4h */
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    void *found = aligned_alloc(alignment, size);
    if (!found)
        return ENOMEM;
    *block = found;
    return 0;
}

/* Weak: with HEAP=debug, mm/heap_debug.c replaces it at link time. */
__attribute__((weak)) bool heap_debug_explain(vaddr_t address, char *text, size_t size)
{
    return false;
}
