/*
 * What memory costs in instructions: `memory_cost heap SEED` replays a trace of malloc and free,
 * `memory_cost pages` takes anonymous memory from mmap to munmap, and `memory_cost pages small` does
 * so in a mapping that our kernel commits in pages of 4 KiB only. For make bench.
 *
 * The same source runs as a static program on Linux, so it uses nothing but what both have. The
 * clock is the TSC, which counts instructions under QEMU's -icount; `loop` shows that it does.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "x86.h"

#define OPERATIONS 1000000
#define BLOCKS     4096 /* half of them live at a time: about 16 MiB */
#define SMALLEST   16u
#define DOUBLINGS  12 /* from the smallest size up to 64 KiB */

#define PAGE      4096ul
#define MAPPING   (256ul << 20)
#define FEW_PAGES 64 /* too few for a large page */
#define TURNS     1000000

void known_loop(uint64_t turns); /* memory_cost_loop.asm: 2 * turns + 1 instructions */

/* The trace, and what it works on. Size 0: the block is freed. */
static struct {
    uint16_t block;
    uint32_t size;
} trace[OPERATIONS + BLOCKS];
static uint64_t *blocks[BLOCKS];

/* Marsaglia's xorshift: the same numbers on every system. */
static uint64_t chance(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Each doubling is as likely as any other, and so is each size within it. */
static uint32_t any_size(uint64_t *state)
{
    uint32_t least = SMALLEST << chance(state) % DOUBLINGS;
    return least + chance(state) % least + 1;
}

/* Blocks in random order: one that is there is freed, one that is not is made; at the end all go. */
static unsigned record(uint64_t seed)
{
    static bool live[BLOCKS];
    uint64_t state = seed * 2 + 1; /* never 0, where xorshift stays for ever */
    unsigned count = 0;

    for (; count < OPERATIONS; count++) {
        uint16_t block = chance(&state) % BLOCKS;
        trace[count].block = block;
        trace[count].size = live[block] ? 0 : any_size(&state);
        live[block] = !live[block];
    }
    for (uint16_t block = 0; block < BLOCKS; block++)
        if (live[block])
            trace[count++].block = block;
    return count;
}

/* Each block is written at its start, as a program would. Whether there was memory for all. */
static bool replay(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t **block = &blocks[trace[i].block];
        if (trace[i].size) {
            *block = malloc(trace[i].size);
            if (!*block)
                return false;
            **block = i;
        } else {
            free(*block);
        }
    }
    return true;
}

static char *map(uint64_t size, int more)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | more, -1, 0);
}

static void touch(volatile char *memory, uint64_t size)
{
    for (uint64_t at = 0; at < size; at += PAGE)
        memory[at] = 1;
}

static void result(const char *name, uint64_t count)
{
    printf("%s %lu\n", name, (unsigned long)count);
}

static int failed(const char *what)
{
    printf("failed: %s\n", what);
    return 1;
}

static int heap(uint64_t seed)
{
    unsigned count = record(seed);
    uint64_t start = read_tsc();
    bool done = replay(count);
    uint64_t end = read_tsc();
    if (!done)
        return failed("malloc");
    result("operations", count);
    result("trace", end - start);
    return 0;
}

__attribute__((noinline)) static uint64_t clearing(void *memory, uint64_t size)
{
    uint64_t start = read_tsc();
    clear_words(memory, size / sizeof(uint64_t));
    return read_tsc() - start;
}

static int pages(int more)
{
    uint64_t start = read_tsc();
    char *memory = map(MAPPING, more);
    uint64_t mapped = read_tsc();
    if (memory == MAP_FAILED)
        return failed("mmap");
    touch(memory, MAPPING);
    uint64_t touched = read_tsc();
    int error = munmap(memory, MAPPING);
    uint64_t end = read_tsc();
    if (error)
        return failed("munmap");
    result("pages", MAPPING / PAGE);
    result("mmap", mapped - start);
    result("touch", touched - mapped);
    result("munmap", end - touched);

    memory = map(FEW_PAGES * PAGE, more);
    if (memory == MAP_FAILED)
        return failed("mmap of a few pages");
    for (unsigned i = 0; i < FEW_PAGES; i++) { /* the first one makes tables too */
        start = read_tsc();
        *(volatile char *)(memory + i * PAGE) = 1;
        result("fault", read_tsc() - start);
    }
    result("clear", clearing(memory, 2 * PAGE) - clearing(memory, PAGE));
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t start = read_tsc();
    known_loop(TURNS);
    result("loop", read_tsc() - start);

    int status = 2;
    if (argc == 3 && strcmp(argv[1], "heap") == 0)
        status = heap(strtoul(argv[2], NULL, 0));
    else if (argc == 2 && strcmp(argv[1], "pages") == 0)
        status = pages(0);
    else if (argc == 3 && strcmp(argv[1], "pages") == 0 && strcmp(argv[2], "small") == 0)
        status = pages(MAP_NORESERVE);
    else
        printf("usage: memory_cost heap SEED | memory_cost pages [small]\n");
    printf("end %d\n", status);
    return status;
}
