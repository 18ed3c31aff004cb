/* loader/from_multiboot.c: known and random information, and each limit from both sides. */
#include "loader/from_multiboot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "multiboot_judge.h"
#include "multiboot_make.h"
#include "physical.h"
#include "test.h"

#define MAGIC 0x2badb002u
#define BASE  FUZZ_MEMORY_BASE

static struct made_memory memory;

/* A memory with an empty image, aligned, whose string is `string`, or 0. */
static void start(uint32_t flags, const char *string)
{
    memory_start(&memory, BASE);
    information_set(&memory, FLAGS, flags | 8);
    uint32_t address = string ? memory_add_text(&memory, string) : 0;
    information_set(&memory, MODS_ADDR, memory_add_module(&memory, BASE, BASE, address));
    information_set(&memory, MODS_COUNT, 1);
}

/* Builds from the memory as it is and expects an error and a field; the judge must agree. */
static void expect(int error, const char *field)
{
    struct boot_info info;
    struct boot_module file;
    const char *found_field = NULL;

    judge(multiboot_judge, memory.bytes, memory.size);
    host_memory = memory.bytes;
    host_memory_base = BASE;
    host_memory_size = memory.size;
    int found = boot_info_build(&info, MAGIC, BASE, &file, &found_field);
    CHECK(found == error, "expected %d, found %d", error, found);
    if (error)
        CHECK(strcmp(found_field, field) == 0, "expected field %s, found %s", field, found_field);
}

static void magic_and_information(void)
{
    start(0, "image");
    for (unsigned i = 0; i < 40; i++)
        multiboot_judge_at(memory.bytes, memory.size, BASE,
                           random_chance(50) ? MAGIC : (uint32_t)random_integer(),
                           random_chance(50) ? BASE + random_below(200) : random_integer());
    for (size_t size = 0; size <= memory.size; size++)
        judge(multiboot_judge, memory.bytes, size);
}

static void module_counts(void)
{
    for (unsigned count = 0; count < 20; count++) {
        memory_start(&memory, BASE);
        information_set(&memory, FLAGS, 8);
        information_set(&memory, MODS_COUNT, count);
        information_set(&memory, MODS_ADDR, BASE + memory.size);
        for (unsigned i = 0; i < count; i++)
            memory_add_module(&memory, BASE, BASE + i, i % 3 ? BASE + 4 : 0);
        if (count == 0)
            expect(-ENOENT, "mods_count");
        else if (count > 17)
            expect(-E2BIG, "mods_count");
        else
            expect(0, NULL);
    }
}

static void module_ranges(void)
{
    static const struct {
        uint32_t start, end;
        int error;
        const char *field;
    } cases[] = {
        {BASE, BASE + 100, 0, NULL},
        {BASE + 8, BASE + 100, -EINVAL, "mod_start"}, /* off the page */
        {BASE, BASE - 1, -EFAULT, "mod_end"},
        {BASE, 0, -EFAULT, "mod_end"},
        {BASE, 0xffffffff, -EFAULT, "mod_start"},
        {0, 0, -EFAULT, "mod_start"},
        {0, 0x20000, -EFAULT, "mod_start"},
        {0xfffff000, 0xffffffff, -EFAULT, "mod_start"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memory_start(&memory, BASE);
        information_set(&memory, FLAGS, 8);
        information_set(&memory, MODS_COUNT, 1);
        information_set(&memory, MODS_ADDR,
                        memory_add_module(&memory, cases[i].start, cases[i].end, 0));
        memory_add(&memory, (uint8_t[200]){0}, 200);
        expect(cases[i].error, cases[i].field);
    }
}

static void image_names(void)
{
    char long_name[600] = "dir/";
    memset(long_name + 4, 'n', 500);
    const char *names[] = {
        "",        "image", "/a/b/image.elf arg", " image", "dir/", "a b/c", "//x", "./x /y",
        long_name, NULL};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        start(0, names[i]);
        expect(0, NULL);
    }
    for (long_name[4 + 256] = '\0'; strlen(long_name) > 4 + 253;
         long_name[strlen(long_name) - 1] = '\0') {
        start(0, long_name);
        expect(0, NULL);
    }
}

static void command_lines(void)
{
    static const char *const lines[] = {"",   " ",    "loader", "loader ", "loader a b ",
                                        " a", "l  a", "l\ta b", "a/b c/d", "l 'a  b'"};
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        start(4, "image");
        information_set(&memory, CMDLINE, memory_add_text(&memory, lines[i]));
        expect(0, NULL);
        memory.size--; /* no end */
        expect(-EFAULT, "cmdline");
    }
    start(4, "image");
    expect(-EFAULT, "cmdline"); /* at address 0 */
}

/* A string's '\0' alone on a page is part of the string. */
static void string_ends(void)
{
    static char text[PAGE_SIZE];
    for (unsigned length = PAGE_SIZE - 100; length < PAGE_SIZE; length++) {
        memset(text, 'x', length);
        start(4, NULL);
        information_set(&memory, CMDLINE, memory_add_text(&memory, text));
        expect(0, NULL);
        start(0, text);
        expect(0, NULL);
    }
}

/* Nobody waits for the end of a string that fills the memory. */
static void long_strings(void)
{
    static char text[MULTIBOOT_STRING_BYTES_MAX + 1];
    memset(text, 'x', sizeof text - 1);

    start(4, "image");
    information_set(&memory, CMDLINE, memory_add_text(&memory, text));
    expect(-EFAULT, "cmdline");
    start(0, text);
    expect(-EFAULT, "string");

    text[sizeof text - 2] = '\0';
    start(4, "image");
    information_set(&memory, CMDLINE, memory_add_text(&memory, text));
    expect(0, NULL);
    start(0, text);
    expect(0, NULL);
}

static void map_sizes(void)
{
    static const struct {
        int length; /* what mmap_length says, less the truth */
        uint32_t last_size;
        int error;
    } cases[] = {
        {0, 20, 0},        {0, 64, 0},       {0, 0xffffffff, 0}, /* leads past the end: the last */
        {0, 100, 0},       {0, 19, -EINVAL}, {0, 0, -EINVAL},
        {-1, 20, -EINVAL}, {1, 20, -EINVAL}, {-24, 20, 0},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start(64, "image");
        uint32_t map = memory_add_range(&memory, 40, 0x100000, 0x100000, 1);
        memory_add_range(&memory, cases[i].last_size, 0x200000, 0x100000, 1);
        information_set(&memory, MMAP_ADDR, map);
        information_set(&memory, MMAP_LENGTH, BASE + memory.size - map + cases[i].length);
        memory_add(&memory, (uint8_t[32]){0}, 32);
        expect(cases[i].error, "mmap size");
    }
}

static void map_places(void)
{
    start(64, "image");
    expect(-EFAULT, "mmap_addr"); /* an empty map on page 0 */
    information_set(&memory, MMAP_ADDR, BASE + memory.size);
    expect(0, NULL); /* and one that is there */
    information_set(&memory, MMAP_LENGTH, 1);
    expect(-EFAULT, "mmap_addr");
    information_set(&memory, MMAP_ADDR, 0xfffffff0);
    information_set(&memory, MMAP_LENGTH, 0x20);
    expect(-EFAULT, "mmap_addr");
    information_set(&memory, MMAP_LENGTH, 0xffffffff);
    expect(-E2BIG, "mmap_length");
}

/* As long a map as there may be, and one entry more. */
static void longest_map(void)
{
    for (unsigned more = 0; more < 2; more++) {
        start(64, "image");
        information_set(&memory, MMAP_ADDR, BASE + memory.size);
        unsigned length = 0;
        for (; length + 24 <= MULTIBOOT_MMAP_BYTES_MAX + 24 * more; length += 24)
            memory_add_range(&memory, 20, 0x100000 + length, 0x100000, 1 + length % 5);
        information_set(&memory, MMAP_LENGTH, length);
        expect(more ? -E2BIG : 0, "mmap_length");
    }
}

static void too_many_regions(void)
{
    for (unsigned count = 120; count < 135; count++) {
        start(64, "image");
        uint32_t map = BASE + memory.size;
        for (unsigned i = 0; i < count; i++)
            memory_add_range(&memory, 20 + i % 9, 0x100000 + i * 0x2000, 0x1000, 1);
        information_set(&memory, MMAP_ADDR, map);
        information_set(&memory, MMAP_LENGTH, BASE + memory.size - map);
        /* page 0, the loader, and the image's string besides */
        expect(count + 3 > BOOT_REGIONS_MAX ? -ENOSPC : 0, "mmap_length");
    }
}

/* Without a map: what mem_lower and mem_upper say, or nothing at all. */
static void no_map(void)
{
    for (unsigned i = 0; i < 200; i++) {
        start(i % 2, "image");
        information_set(&memory, MEM_LOWER, random_chance(50) ? 640 : random_integer());
        information_set(&memory, MEM_UPPER, random_integer());
        expect(0, NULL);
    }
}

static void random_memories(void)
{
    for (unsigned round = 0; round < 8000; round++) {
        memory_make(&memory, BASE);
        judge(multiboot_judge, memory.bytes, memory.size);
    }
}

/* The memory ends where 32 bits end, or starts at an odd address. */
static void random_places(void)
{
    for (unsigned round = 0; round < 4000; round++) {
        uint32_t base = PAGE_SIZE + random_below(0xf0000000);
        uint64_t seen = random_chance(50);
        memory_make(&memory, base);
        if (seen) {
            size_t size = memory.size; /* the same at the very end: all its addresses move */
            base = 0 - (uint32_t)size;
            memory_make(&memory, base);
            if (memory.size > size)
                memory.size = size;
        }
        multiboot_judge_at(memory.bytes, memory.size, base, MAGIC, base);
    }
}

const struct test multiboot_tests[] = {
    {"multiboot/magic_and_information", magic_and_information},
    {"multiboot/module_counts", module_counts},
    {"multiboot/module_ranges", module_ranges},
    {"multiboot/image_names", image_names},
    {"multiboot/command_lines", command_lines},
    {"multiboot/string_ends", string_ends},
    {"multiboot/long_strings", long_strings},
    {"multiboot/map_sizes", map_sizes},
    {"multiboot/map_places", map_places},
    {"multiboot/longest_map", longest_map},
    {"multiboot/too_many_regions", too_many_regions},
    {"multiboot/no_map", no_map},
    {"multiboot/random_memories", random_memories},
    {"multiboot/random_places", random_places},
    {0},
};
