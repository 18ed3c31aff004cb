/*
 * Memory that several processors use at once: `memory_model KIND SEED ROUNDS`.
 *
 *   remap   all processors read pages whose frames are exchanged again and again
 *   gone    one reads (or, SEED odd, writes) a page that another takes away: ends in a page fault
 *   batch   pages are unmapped, many in one call, while somebody looks on from outside
 *   wait    a page is taken away while another processor waits for a spinlock
 *   busy    a page is taken away while another processor has interrupts off
 *   storm   threads map, touch, protect and unmap, allocate and free, all at the same time
 *   pass    one thread allocates what another frees
 *   deep    frames are taken and given where the stack has to grow for that
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine.h"
#include "mm/address_space.h"
#include "mm/caches.h"
#include "mm/direct.h"
#include "mm/frames.h"
#include "mm/heap.h"
#include "mm/layout.h"
#include "mm/page_tables.h"
#include "mm/page_walk.h"
#include "mm/stacks.h"
#include "report.h"
#include "smp/cpu.h"
#include "sync/spinlock.h"
#include "threads/stack_cache.h"
#include "x86.h"

#define AREA      0xffffd10000000000ul     /* nobody's, without HEAP=debug */
#define ANCHOR    (AREA + 500 * PAGE_SIZE) /* while it is mapped, the pages' table stays */
#define PAGES_MAX 80
#define NOINLINE  __attribute__((noinline))

/* What is wrong, for whoever looks from outside; and the end. */
static _Noreturn __attribute__((format(printf, 1, 4))) void
wrong(const char *what, uint64_t expected, uint64_t found, ...)
{
    va_list arguments;

    report("# wrong ");
    va_start(arguments, found);
    report_va(what, arguments);
    va_end(arguments);
    report("\n# expected %#lx\n# found %#lx\n", expected, found);
    machine_exit(1);
}

static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (*state >> 11) % below;
}

static void wait_for(uint32_t *number, uint32_t value)
{
    while (__atomic_load_n(number, __ATOMIC_ACQUIRE) != value)
        pause();
}

static pthread_t start(void *function(void *), void *argument)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, function, argument))
        wrong("pthread_create", 0, 1);
    return thread;
}

static void map_one(vaddr_t address)
{
    paddr_t frame = frame_alloc(0);

    if (!frame || page_map(&kernel_tables, address, frame, PAGE_SIZE, PAGE_W | PAGE_GLOBAL))
        wrong("page_map", 0, 1);
}

/* ---- remap ---------------------------------------------------------------------------------- */

static uint32_t generation, readers_done, page_count;
static uint32_t readers;

static void *reader(void *argument)
{
    for (uint32_t seen = 0;;) {
        uint32_t now = __atomic_load_n(&generation, __ATOMIC_ACQUIRE);
        if (now == UINT32_MAX)
            return NULL;
        if (now == seen) {
            pause();
            continue;
        }
        seen = now;
        for (uint32_t i = 0; i < page_count; i++) {
            uint64_t found = *(volatile uint64_t *)(AREA + i * PAGE_SIZE);
            if (found != ((uint64_t)now << 32 | i))
                wrong("what CPU %u reads from page %u of %u", (uint64_t)now << 32 | i, found,
                      this_cpu()->number, i, page_count);
        }
        __atomic_fetch_add(&readers_done, 1, __ATOMIC_RELEASE);
    }
}

static void remap(uint64_t seed, uint32_t rounds)
{
    static paddr_t frames[2][PAGES_MAX];
    pthread_t threads[CPUS_MAX];

    for (uint32_t i = 0; i < 2 * PAGES_MAX; i++)
        if (!(frames[i / PAGES_MAX][i % PAGES_MAX] = frame_alloc(0)))
            wrong("frame_alloc", 1, 0);
    map_one(ANCHOR);
    readers = cpu_count - 1;
    for (uint32_t i = 0; i < readers; i++)
        threads[i] = start(reader, NULL);
    for (uint32_t round = 1; round <= rounds; round++) {
        const paddr_t *own = frames[round % 2];
        page_count = draw(&seed, 3) ? 1 + draw(&seed, 32) : 1 + draw(&seed, PAGES_MAX);
        for (uint32_t i = 0; i < page_count; i++) {
            *(uint64_t *)direct(own[i]) = (uint64_t)round << 32 | i;
            if (page_map(&kernel_tables, AREA + i * PAGE_SIZE, own[i], PAGE_SIZE,
                         PAGE_W | PAGE_GLOBAL))
                wrong("page_map", 0, 1);
        }
        __atomic_store_n(&readers_done, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&generation, round, __ATOMIC_RELEASE);
        wait_for(&readers_done, readers);
        struct page_list removed;
        for (vaddr_t from = AREA, end = AREA + page_count * PAGE_SIZE; from < end;)
            if (page_unmap(&kernel_tables, &from, end, draw(&seed, 2) ? &removed : NULL))
                wrong("page_unmap", 0, 1);
    }
    __atomic_store_n(&generation, UINT32_MAX, __ATOMIC_RELEASE);
    for (uint32_t i = 0; i < readers; i++)
        pthread_join(threads[i], NULL);
}

/* ---- gone ----------------------------------------------------------------------------------- */

volatile uint32_t model_gone; /* the page was taken away, and everybody was told */
volatile uint32_t model_late; /* accesses that began after that, and succeeded */
static uint32_t touches;
static volatile uint8_t *page;

NOINLINE static void touch_page(bool write)
{
    if (write)
        page[8] = 1;
    else
        (void)page[8];
}

static void *toucher(void *argument)
{
    while (touches < UINT32_MAX) {
        uint32_t gone = model_gone;
        touch_page(argument);
        if (gone)
            model_late++;
        __atomic_fetch_add(&touches, 1, __ATOMIC_RELEASE);
        pause();
    }
    return NULL;
}

static void gone(uint64_t seed)
{
    page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = 1;
    start(toucher, (void *)(seed & 1));
    while (__atomic_load_n(&touches, __ATOMIC_ACQUIRE) < 200)
        pause();
    if (seed & 1 ? mprotect((void *)page, PAGE_SIZE, PROT_READ) : munmap((void *)page, PAGE_SIZE))
        wrong("mprotect or munmap", 0, 1);
    model_gone = 1;
    for (;;)
        pause();
}

/* ---- batch ---------------------------------------------------------------------------------- */

vaddr_t model_pages[PAGES_MAX]; /* that one call is going to unmap */
uint32_t model_count;
paddr_t model_table; /* the page table that becomes empty by that; 0: none */

/* What was announced has been done. */
NOINLINE void model_after(void)
{
    __asm__ volatile("");
}

static void batch(uint64_t seed, uint32_t rounds)
{
    for (uint32_t round = 0; round < rounds; round++) {
        uint32_t step = 1 + draw(&seed, 4);
        bool kept = draw(&seed, 2) && round > 0; /* once at least the table becomes empty */
        model_count = 1 + draw(&seed, draw(&seed, 3) ? 29 : PAGES_MAX);
        if (round == 1) /* once at least there are more than one request has room for */
            model_count = PAGES_MAX - draw(&seed, PAGES_MAX / 2);
        for (uint32_t i = 0; i < model_count; i++) {
            model_pages[i] = AREA + i * step * PAGE_SIZE;
            map_one(model_pages[i]);
        }
        if (kept)
            map_one(ANCHOR);
        struct page_walk walk;
        page_walk(kernel_tables.root, AREA, &walk);
        model_table = kept ? 0 : direct_address(walk.entry) & -PAGE_SIZE;
        vaddr_t from = AREA;
        if (page_unmap(&kernel_tables, &from, AREA + 499 * PAGE_SIZE, NULL))
            wrong("page_unmap", 0, 1);
        model_after();
        model_count = 0;
        from = ANCHOR;
        if (kept && page_unmap(&kernel_tables, &from, ANCHOR + PAGE_SIZE, NULL))
            wrong("page_unmap", 0, 1);
    }
}

/* ---- wait ----------------------------------------------------------------------------------- */

static struct spinlock model_lock = SPINLOCK("model");

static void *lock_waiter(void *argument)
{
    uint64_t flags = spin_lock(&model_lock);
    spin_unlock(&model_lock, flags);
    return NULL;
}

static bool somebody_waits(void)
{
    for (uint32_t i = 0; i < cpu_count; i++)
        if (__atomic_load_n(&spin_waits[i], __ATOMIC_ACQUIRE) == &model_lock)
            return true;
    return false;
}

static void wait_rounds(uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds; i++) {
        vaddr_t from = AREA;
        paddr_t frame = frame_alloc(0);
        if (page_map(&kernel_tables, AREA, frame, PAGE_SIZE, PAGE_W | PAGE_GLOBAL))
            wrong("page_map", 0, 1);
        *(volatile uint8_t *)AREA = 1;
        pthread_t thread = start(lock_waiter, NULL);
        uint64_t flags = spin_lock(&model_lock);
        for (uint32_t turns = 0; turns < 20000 && !somebody_waits(); turns++)
            pause();
        if (page_unmap(&kernel_tables, &from, AREA + PAGE_SIZE, NULL))
            wrong("page_unmap", 0, 1);
        spin_unlock(&model_lock, flags);
        pthread_join(thread, NULL);
        frame_free(frame, 0);
    }
}

/* ---- busy ----------------------------------------------------------------------------------- */

#define LONG_ENOUGH 3000 /* turns, in which the other processors have answered long since */

static uint32_t busy, returned;

static void *busy_reader(void *argument)
{
    uint64_t flags = interrupts_save();

    (void)*(volatile uint8_t *)AREA;
    __atomic_store_n(&busy, 1, __ATOMIC_RELEASE);
    for (uint32_t i = 0; i < LONG_ENOUGH; i++)
        pause();
    if (__atomic_load_n(&returned, __ATOMIC_ACQUIRE))
        wrong("page_unmap waits for CPU %u, which has interrupts off and has not flushed", 0, 1,
              this_cpu()->number);
    interrupts_restore(flags);
    return NULL;
}

static void busy_rounds(uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds; i++) {
        vaddr_t from = AREA;
        map_one(AREA);
        busy = returned = 0;
        pthread_t thread = start(busy_reader, NULL);
        wait_for(&busy, 1);
        if (page_unmap(&kernel_tables, &from, AREA + PAGE_SIZE, NULL))
            wrong("page_unmap", 0, 1);
        __atomic_store_n(&returned, 1, __ATOMIC_RELEASE);
        pthread_join(thread, NULL);
    }
}

/* ---- storm ---------------------------------------------------------------------------------- */

#define BLOCKS 40
#define FRAMES 24

struct worker {
    uint64_t state;
    uint32_t rounds;
    struct {
        uint64_t *block;
        uint32_t words;
        uint64_t mark;
    } blocks[BLOCKS];
    struct {
        paddr_t frame;
        uint64_t mark;
    } frames[FRAMES];
};

static void check_words(const uint64_t *words, uint32_t count, uint64_t mark, const char *what)
{
    for (uint32_t i = 0; i < count; i++)
        if (words[i] != mark + i)
            wrong("word %u of a %s of %u words", mark + i, words[i], i, what, count);
}

static void fill_words(uint64_t *words, uint32_t count, uint64_t mark)
{
    for (uint32_t i = 0; i < count; i++)
        words[i] = mark + i;
}

static void storm_block(struct worker *worker)
{
    uint32_t i = draw(&worker->state, BLOCKS);

    if (worker->blocks[i].block) {
        check_words(worker->blocks[i].block, worker->blocks[i].words, worker->blocks[i].mark,
                    "block");
        free(worker->blocks[i].block);
        worker->blocks[i].block = NULL;
        return;
    }
    uint32_t words = 1 + draw(&worker->state, draw(&worker->state, 20) ? 100 : 3000);
    uint64_t *block = malloc(words * sizeof *block);
    if (!block)
        wrong("malloc", 1, 0);
    worker->blocks[i].block = block;
    worker->blocks[i].words = words;
    worker->blocks[i].mark = worker->state;
    fill_words(block, words, worker->state);
}

static void storm_frame(struct worker *worker)
{
    uint32_t i = draw(&worker->state, FRAMES);

    if (worker->frames[i].frame) {
        check_words(direct(worker->frames[i].frame), 16, worker->frames[i].mark, "frame");
        frame_free(worker->frames[i].frame, 0);
        worker->frames[i].frame = 0;
        return;
    }
    paddr_t frame = frame_alloc(0);
    if (!frame)
        wrong("frame_alloc", 1, 0);
    if (*frame_note(frame) != 0)
        wrong("the note of a fresh frame", 0, *frame_note(frame));
    *frame_note(frame) = worker->state;
    worker->frames[i].frame = frame;
    worker->frames[i].mark = worker->state;
    fill_words(direct(frame), 16, worker->state);
}

static void storm_mapping(struct worker *worker)
{
    uint32_t pages = 1 + draw(&worker->state, draw(&worker->state, 4) ? 6 : 50);
    uint64_t *base =
        mmap(NULL, pages * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const uint32_t step = PAGE_SIZE / sizeof *base;
    const uint64_t mark = worker->state;

    if (base == MAP_FAILED)
        wrong("mmap", 0, 1);
    for (uint32_t i = 0; i < pages; i++) {
        if (base[i * step] != 0)
            wrong("the first word of fresh page %u", 0, base[i * step], i);
        base[i * step] = mark + i;
    }
    uint32_t from = draw(&worker->state, pages), to = from + draw(&worker->state, pages - from) + 1;
    if (mprotect(base + from * step, (to - from) * PAGE_SIZE, PROT_READ))
        wrong("mprotect", 0, 1);
    for (uint32_t i = 0; i < pages; i++)
        if (base[i * step] != mark + i)
            wrong("the first word of page %u", mark + i, base[i * step], i);
    if (draw(&worker->state, 2) &&
        mprotect(base + from * step, (to - from) * PAGE_SIZE, PROT_READ | PROT_WRITE) == 0)
        base[from * step] = 0;
    if (munmap(base + from * step, (to - from) * PAGE_SIZE) ||
        (from > 0 && munmap(base, from * PAGE_SIZE)) ||
        (to < pages && munmap(base + to * step, (pages - to) * PAGE_SIZE)))
        wrong("munmap", 0, 1);
}

static void *storm_worker(void *argument)
{
    struct worker *worker = argument;

    for (uint32_t round = 0; round < worker->rounds; round++)
        switch (draw(&worker->state, 8)) {
        case 0:
            storm_mapping(worker);
            break;
        case 1:
        case 2:
            storm_frame(worker);
            break;
        default:
            storm_block(worker);
        }
    for (uint32_t i = 0; i < BLOCKS; i++)
        free(worker->blocks[i].block);
    for (uint32_t i = 0; i < FRAMES; i++)
        if (worker->frames[i].frame)
            frame_free(worker->frames[i].frame, 0);
    return NULL;
}

/*
 * How many frames are free when nothing is kept for later. A thread that was joined may still be on
 * its way off its processor, however long the host lets that stand still.
 */
static uint64_t all_free(void)
{
    uint32_t there;

    do {
        usleep(2000);
        there = 0;
        for (uint32_t slot = 0; slot < STACKS_MAX; slot++) {
            const struct stack *stack = stack_at(STACK_AREA + slot * STACK_SLOT);
            there += stack && stack->thread;
        }
    } while (there > 1 + cpu_count); /* main and the idle threads */
    stack_cache_trim();
    heap_trim();
    heap_trim(); /* gives back the frames, too, that the first call has put into stock */
    return frames_free;
}

static void storm(uint64_t seed, uint32_t rounds)
{
    static struct worker workers[2 * CPUS_MAX];
    static pthread_t threads[2 * CPUS_MAX];
    uint32_t count = cpu_count + cpu_count / 2;
    uint64_t before = 0, after;

    for (int turn = 0; turn < 2; turn++) {
        for (uint32_t i = 0; i < count; i++) {
            memset(&workers[i], 0, sizeof workers[i]);
            workers[i].state = seed * 2 + turn + 0x9e3779b97f4a7c15ul * (i + 1);
            workers[i].rounds = rounds;
            threads[i] = start(storm_worker, &workers[i]);
        }
        for (uint32_t i = 0; i < count; i++)
            pthread_join(threads[i], NULL);
        if (turn == 0)
            before = all_free();
        else if ((after = all_free()) != before)
            wrong(
                "frames that are free, %lu at first, %lu after as many rounds again (fewer: lost; "
                "more than there are: written over)",
                before, after, before, after);
    }
}

/* ---- pass ----------------------------------------------------------------------------------- */

#define RING 256

static void *ring[RING];
static uint32_t put, taken;
static uint32_t to_pass;

static void *consumer(void *argument)
{
    for (uint32_t i = 0; i < to_pass; i++) {
        while (__atomic_load_n(&put, __ATOMIC_ACQUIRE) == i)
            pause();
        free(ring[i % RING]);
        __atomic_store_n(&taken, i + 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

static void pass(uint64_t size, uint32_t count)
{
    to_pass = count;
    pthread_t thread = start(consumer, NULL);
    for (uint32_t i = 0; i < count; i++) {
        while (i - __atomic_load_n(&taken, __ATOMIC_ACQUIRE) == RING)
            pause();
        uint64_t *block = malloc(size);
        if (!block)
            wrong("malloc number %u of %lu bytes", 1, 0, i, size);
        *block = i;
        ring[i % RING] = block;
        __atomic_store_n(&put, i + 1, __ATOMIC_RELEASE);
    }
    pthread_join(thread, NULL);
}

/* ---- deep ----------------------------------------------------------------------------------- */

#define DEEP_FRAMES (STOCK_FRAMES / 2 + 4)

struct deep {
    uint32_t
        what; /* 0: a frame of an empty stock; 1: into a full one; 2: the stock is given back */
    uint32_t room; /* bytes of the stack that are mapped below whoever does it */
};

static NOINLINE void deep_do(const struct deep *deep, paddr_t *frame, vaddr_t low)
{
    vaddr_t here = (vaddr_t)__builtin_frame_address(0);
    volatile char *down = __builtin_alloca(here - low - deep->room);

    *down = 0; /* it is at least `room` bytes above what is mapped */
    if (deep->what == 0)
        *frame = frame_alloc(0);
    else if (deep->what == 1)
        frame_free(*frame, 0);
    else
        caches_drain();
}

static void *deep_thread(void *argument)
{
    static const char *const names[] = {"frame_alloc with none in stock",
                                        "frame_free with a full stock", "caches_drain"};
    const struct deep *deep = argument;
    const struct stack *stack = stack_at((vaddr_t)&deep);
    uint64_t flags = interrupts_save(); /* stay on this CPU */
    paddr_t frames[STOCK_FRAMES + 1] = {0};
    uint32_t count = deep->what == 1 ? STOCK_FRAMES + 1 : DEEP_FRAMES;

    caches_drain();
    if (deep->what > 0)
        for (uint32_t i = 0; i < count; i++)
            frames[i] = frame_alloc(0);
    caches_drain();
    for (uint32_t i = 1; i < count; i++)
        if (frames[i])
            frame_free(frames[i], 0);
    if (deep->what == 2)
        frame_free(frames[0], 0);
    vaddr_t low = stack->low;
    deep_do(deep, &frames[0], low);
    for (vaddr_t page = stack->low; page < low; page += PAGE_SIZE) {
        struct page_mapping mapping = {0};
        page_lookup(&kernel_tables, page, &mapping);
        const struct frame *frame = &frame_table[mapping.target / PAGE_SIZE];
        if (frame->state != FRAME_USED || frame->unused == FRAME_STOCKED)
            wrong("%s, %u bytes above the end of the stack, which grows: whether the frame of the "
                  "new page is in use",
                  1, 0, names[deep->what], deep->room);
    }
    if (deep->what == 0 && frames[0])
        frame_free(frames[0], 0);
    interrupts_restore(flags);
    return NULL;
}

static void deep(void)
{
    uint64_t before = 0, after;

    for (uint32_t what = 0; what < 3; what++)
        for (uint32_t room = 200; room < PAGE_SIZE; room += 128) {
            struct deep deep = {what, room};
            pthread_join(start(deep_thread, &deep), NULL);
            after = all_free();
            if (before && after != before)
                wrong("frames that are free when one has been %s where the stack ended %u bytes "
                      "further down",
                      before, after,
                      what == 0   ? "taken"
                      : what == 1 ? "given"
                                  : "in stock, which was given back,",
                      room);
            before = after;
        }
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";
    uint64_t seed = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
    uint32_t rounds = argc > 3 ? strtoul(argv[3], NULL, 0) : 100;

    if (!strcmp(kind, "remap"))
        remap(seed | 1, rounds);
    else if (!strcmp(kind, "gone"))
        gone(seed);
    else if (!strcmp(kind, "batch"))
        batch(seed | 1, rounds);
    else if (!strcmp(kind, "wait"))
        wait_rounds(rounds);
    else if (!strcmp(kind, "busy"))
        busy_rounds(rounds);
    else if (!strcmp(kind, "storm"))
        storm(seed, rounds);
    else if (!strcmp(kind, "pass"))
        pass(seed, rounds);
    else if (!strcmp(kind, "deep"))
        deep();
    else {
        printf("usage: memory_model KIND SEED ROUNDS   (with CPUS=4)\n"
               "KIND: remap, gone, batch, wait, busy, storm, pass or deep\n");
        return 2;
    }
    printf("%s: all is well\n", kind);
    return 0;
}
