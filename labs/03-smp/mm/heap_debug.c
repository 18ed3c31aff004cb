/* malloc and its kin with a page fault behind each mistake: in place of heap.c with HEAP=debug. */
#include "mm/heap_debug.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "exercise.h"
#include "format.h"
#include "kernel/symbols.h"
#include "machine.h"
#include "mm/address_space.h"
#include "mm/frames.h"
#include "mm/layout.h"
#include "mm/locks.h"
#include "mm/page_tables.h"

#define RECORDS    (DEBUG_AREA + (DEBUG_AREA_END - DEBUG_AREA) / 2) /* blocks lie below */
#define BLOCK_MAX  (1ul << 40)
#define ALIGNMENT  16
#define WORDS_SIZE 240 /* of the words for a block; names of functions may be cut */

/* Ascending by address, as blocks are made. */
struct record {
    vaddr_t block;
    uint64_t size;
    uint64_t allocated; /* where malloc returns to */
    uint64_t freed;     /* where free returns to; 0: the block is in use */
};

static struct record *const records = (struct record *)RECORDS;
static uint64_t record_count;
static vaddr_t next_page = DEBUG_AREA; /* the absent page before the next block */

static struct spinlock heap_lock = SPINLOCK("heap"); /* for all that is static here */

/* The calls that the linker turns to here. */
void *__wrap_malloc(size_t size);
void __wrap_free(void *block);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);

/* -- pages ------------------------------------------------------------------------------------ */

/* Unmaps pages and gives their frames back. */
static void drop_pages(vaddr_t page, vaddr_t end)
{
    struct page_list removed;

    while (page < end) {
        if (page_unmap(&kernel_tables, &page, end, &removed))
            panic("heap: the pages from %#lx on cannot be unmapped", page);
        for (unsigned i = 0; i < removed.count; i++)
            frame_free(removed.pages[i].target, 0);
    }
}

/* Maps fresh pages. Returns whether there was memory for all; if not, nothing has changed. */
static bool make_pages(vaddr_t start, vaddr_t end)
{
    for (vaddr_t page = start; page < end; page += PAGE_SIZE) {
        paddr_t frame = frame_alloc(0);
        if (frame && !page_map(&kernel_tables, page, frame, PAGE_SIZE, PAGE_W | PAGE_GLOBAL))
            continue;
        if (frame)
            frame_free(frame, 0);
        drop_pages(start, page);
        return false;
    }
    return true;
}

static vaddr_t round_up(vaddr_t address, uint64_t multiple)
{
    return (address + multiple - 1) & -multiple;
}

static vaddr_t first_page(const struct record *record)
{
    return record->block & -(vaddr_t)PAGE_SIZE;
}

/* Where the pages of a block end; one of 0 bytes has a page, too. */
static vaddr_t pages_end(const struct record *record)
{
    return round_up(record->block + (record->size ? record->size : 1), PAGE_SIZE);
}

/* -- words ------------------------------------------------------------------------------------ */

struct words {
    char *text;
    size_t room; /* what is left, without the byte for the NUL */
};

static void words_sink(void *context, const char *text, size_t length)
{
    struct words *words = context;

    if (length > words->room)
        length = words->room;
    memcpy(words->text, text, length);
    words->text += length;
    words->room -= length;
    *words->text = '\0';
}

/* snprintf would use SSE, which a fault handler must not. */
static __attribute__((format(printf, 2, 3))) void say(struct words *words, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)format(words_sink, words, NULL, fmt, ap);
    va_end(ap);
}

/* A return address: the call before it may be the function's last instruction. */
static void say_place(struct words *words, uint64_t address)
{
    uint64_t offset = 0;
    const char *name = symbol_at(address - 1, &offset);

    say(words, " in `%.60s+%#lx`", name ? name : "?", name ? offset + 1 : address);
}

static void say_block(struct words *words, const struct record *record)
{
    say(words, "%lu-byte block allocated", record->size);
    say_place(words, record->allocated);
    if (record->freed) {
        say(words, ", freed");
        say_place(words, record->freed);
    }
}

/* The words for a block, as a string that the next call makes anew. */
static const char *words_for(const struct record *record)
{
    static char text[WORDS_SIZE];
    struct words words = {text, sizeof text - 1};

    say_block(&words, record);
    return text;
}

/* -- blocks ----------------------------------------------------------------------------------- */

/*
 * Sets the address of a block of record->size bytes at a multiple of `alignment`, 16 or a larger
 * power of two: as near to the end of its pages as it can be, with all of next_page absent before
 * them, and moves next_page to the page behind them, which stays absent too.
 */
static void place(struct record *record, size_t alignment)
{
    /* EXERCISE 2.4i (20 points): a block of the debugging heap at the end of its pages. */
    size_t step = alignment < PAGE_SIZE ? alignment : PAGE_SIZE;
    uint64_t bytes = round_up(record->size ? record->size : 1, step);
    vaddr_t first = round_up(next_page + PAGE_SIZE, alignment > PAGE_SIZE ? alignment : PAGE_SIZE);

    next_page = round_up(first + bytes, PAGE_SIZE);
    record->block = next_page - bytes;
    /* END EXERCISE 2.4i */
}

static void *create(size_t size, size_t alignment, uint64_t site)
{
    struct record *record = &records[record_count];
    vaddr_t before = next_page;

    if (size > BLOCK_MAX || alignment > BLOCK_MAX || RECORDS - next_page < 4 * BLOCK_MAX) {
        errno = ENOMEM;
        return NULL;
    }
    bool fresh_page = (vaddr_t)record % PAGE_SIZE == 0;
    if (fresh_page && !make_pages((vaddr_t)record, (vaddr_t)record + PAGE_SIZE)) {
        errno = ENOMEM;
        return NULL;
    }
    *record = (struct record){.size = size, .allocated = site};
    place(record, alignment < ALIGNMENT ? ALIGNMENT : alignment);
    if (!make_pages(first_page(record), pages_end(record))) {
        next_page = before;
        if (fresh_page)
            drop_pages((vaddr_t)record, (vaddr_t)record + PAGE_SIZE);
        errno = ENOMEM;
        return NULL;
    }
    record_count++;
    memset((void *)first_page(record), HEAP_DEBUG_FILL, pages_end(record) - first_page(record));
    return memset((void *)record->block, HEAP_DEBUG_FRESH, size);
}

/* The last block that starts at or below an address, or NULL. */
static struct record *record_below(vaddr_t address)
{
    uint64_t low = 0, high = record_count; /* blocks before `low` start at or below it */

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (records[middle].block <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &records[low - 1] : NULL;
}

/* Panics, in the name of `caller`, if a byte beside a block has changed. */
static void check_fill(const struct record *record, const char *caller)
{
    /* EXERCISE 2.4j (20 points): what was written beside a block of the debugging heap? */
    const uint8_t *start = (const uint8_t *)record->block, *end = start + record->size;

    for (const uint8_t *byte = end; byte < (const uint8_t *)pages_end(record); byte++)
        if (*byte != HEAP_DEBUG_FILL)
            panic("%s: the %s was overrun: the byte %lu past its end is %#x", caller,
                  words_for(record), byte - end + 1, *byte);
    for (const uint8_t *byte = start; byte > (const uint8_t *)first_page(record); byte--)
        if (byte[-1] != HEAP_DEBUG_FILL)
            panic("%s: the %s was underrun: the byte %lu before its start is %#x", caller,
                  words_for(record), start - byte + 1, byte[-1]);
    /* END EXERCISE 2.4j */
}

/* The record of a block in use that starts at `block`. Panics if there is none. */
static struct record *record_of(const void *block, const char *caller)
{
    struct record *record = record_below((vaddr_t)block);
    uint64_t offset = record ? (vaddr_t)block - record->block : 0;

    if (!record || offset >= (record->size ? record->size : 1))
        panic("%s: %p is no block of the heap", caller, block);
    if (record->freed)
        panic("%s: %p is free already: %s", caller, block, words_for(record));
    if (offset > 0)
        panic("%s: %p is no block of the heap: %lu bytes into the %s", caller, block, offset,
              words_for(record));
    check_fill(record, caller);
    return record;
}

static void destroy(struct record *record, uint64_t site)
{
    record->freed = site;
    drop_pages(first_page(record), pages_end(record));
}

/* -- the calls -------------------------------------------------------------------------------- */

#define SITE ((uint64_t)__builtin_return_address(0))

static void *locked_create(size_t size, size_t alignment, uint64_t site)
{
    uint64_t flags = memory_lock(&heap_lock, LIST_NEED);
    void *block = create(size, alignment, site);

    spin_unlock(&heap_lock, flags);
    return block;
}

static void locked_destroy(const void *block, const char *caller, uint64_t site)
{
    uint64_t flags = memory_lock(&heap_lock, LIST_NEED);

    destroy(record_of(block, caller), site);
    spin_unlock(&heap_lock, flags);
}

/* The size of a block in use. Panics if there is none. */
static size_t locked_size(const void *block, const char *caller)
{
    uint64_t flags = memory_lock(&heap_lock, LIST_NEED);
    size_t size = record_of(block, caller)->size;

    spin_unlock(&heap_lock, flags);
    return size;
}

void *__wrap_malloc(size_t size)
{
    return locked_create(size, ALIGNMENT, SITE);
}

void __wrap_free(void *block)
{
    if (block)
        locked_destroy(block, "free", SITE);
}

void *__wrap_calloc(size_t count, size_t size)
{
    bool fits = size == 0 || count <= SIZE_MAX / size;
    void *block = fits ? locked_create(count * size, ALIGNMENT, SITE) : NULL;

    if (!fits)
        errno = ENOMEM;
    else if (block)
        memset(block, 0, count * size);
    return block;
}

void *__wrap_realloc(void *block, size_t size)
{
    if (!block)
        return locked_create(size, ALIGNMENT, SITE);
    size_t before = locked_size(block, "realloc");
    void *moved = size ? locked_create(size, ALIGNMENT, SITE) : NULL;
    if (size && !moved)
        return NULL;
    if (moved)
        memcpy(moved, block, size < before ? size : before);
    locked_destroy(block, "realloc", SITE);
    return moved;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        errno = EINVAL;
        return NULL;
    }
    return locked_create(size, alignment, SITE);
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    void *found = locked_create(size, alignment, SITE);
    if (!found)
        return ENOMEM;
    *block = found;
    return 0;
}

/* -- for the fault report --------------------------------------------------------------------- */

/* How far an address lies from a block's bytes: 0 inside. */
static uint64_t distance(const struct record *record, vaddr_t address)
{
    if (address < record->block)
        return record->block - address;
    return address < record->block + record->size ? 0 : address - record->block - record->size + 1;
}

bool heap_debug_explain(vaddr_t address, char *text, size_t size)
{
    const struct record *record = record_below(address);
    const struct record *next = record ? record + 1 : records;
    struct words words = {text, size - 1};

    if (address < DEBUG_AREA || address >= RECORDS || record_count == 0 || size == 0)
        return false;
    if (!record ||
        (next < records + record_count && distance(next, address) < distance(record, address)))
        record = next;
    uint64_t from = address < record->block ? first_page(record) - PAGE_SIZE : first_page(record);
    if (address < from || address >= pages_end(record) + PAGE_SIZE)
        return false;

    say_block(&words, record);
    say(&words, record->freed ? ": use after free, " : ": ");
    if (address < record->block)
        say(&words, "%lu bytes before its start", distance(record, address));
    else if (address < record->block + record->size)
        say(&words, "%lu bytes past its start", address - record->block);
    else
        say(&words, "%lu bytes past its end", distance(record, address));
    return true;
}
