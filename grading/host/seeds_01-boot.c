/* Writes small inputs of all kinds for the fuzzer to start from: seeds FOLDER */
#include <stdio.h>
#include <string.h>

#include "elf_make.h"
#include "multiboot_judge.h"
#include "multiboot_make.h"
#include "seeds.h"

static void keep_text(const char *name, const char *text)
{
    keep("arguments", name, text, strlen(text));
}

static void keep_images(void)
{
    struct made_image image;
    make_image(&image, 1);
    keep("elf", "one-segment", image.bytes, image.size < 300 ? image.size : 300);
    do
        make_image(&image, 4);
    while (image.size > 700);
    keep("elf", "four-segments", image.bytes, image.size);
}

/* Pages claimed one by one, two apart, until the list is full; then everything at once. */
static void keep_full_list(uint8_t where, const char *name)
{
    uint8_t steps[1 + 5 * 132];
    steps[0] = where;
    for (unsigned i = 0; i < 132; i++) {
        unsigned offset = 2 * i * 256; /* units of 16 bytes */
        uint8_t step[] = {i % 8, offset & 0xff, offset >> 8 & 0xff, 0, i < 131 ? 1 : 0xff};
        memcpy(steps + 1 + 5 * i, step, sizeof step);
    }
    keep("regions", name, steps, sizeof steps);
}

static void keep_regions(void)
{
    uint8_t steps[1 + 5 * 24];
    for (size_t i = 0; i < sizeof steps; i++)
        steps[i] = random_bits();
    keep("regions", "random", steps, sizeof steps);
    keep_full_list(0, "full-low");
    keep_full_list(3, "full-top");
}

static void keep_memory(void)
{
    struct made_memory memory;
    memory_start(&memory, FUZZ_MEMORY_BASE);
    information_set(&memory, FLAGS, 1 | 4 | 8 | 64);
    information_set(&memory, MEM_LOWER, 639);
    information_set(&memory, MEM_UPPER, 64 << 10);
    uint32_t map = memory_add_range(&memory, 20, 0, 0x9fc00, 1);
    memory_add_range(&memory, 24, 0xf0000, 0x10000, 2);
    memory_add_range(&memory, 20, 0x100000, 0x3ee0000, 1);
    memory_add_range(&memory, 20, 0x3fe0000, 0x20000, 3);
    memory_add_range(&memory, 20, 1ull << 32, 1ull << 32, 1);
    information_set(&memory, MMAP_ADDR, map);
    information_set(&memory, MMAP_LENGTH, FUZZ_MEMORY_BASE + memory.size - map);
    information_set(&memory, CMDLINE, memory_add_text(&memory, "loader.elf one  'two three'"));
    uint32_t name = memory_add_text(&memory, "build/hello.elf x");
    uint32_t start = FUZZ_MEMORY_BASE, end = start + 200;
    uint32_t list = memory_add_module(&memory, start, end, name);
    memory_add_module(&memory, start + 9, end, name + 6);
    memory_add_module(&memory, start, start, 0);
    information_set(&memory, MODS_ADDR, list);
    information_set(&memory, MODS_COUNT, 3);
    keep("multiboot", "like-qemu", memory.bytes, memory.size);
    information_set(&memory, FLAGS, 1 | 4 | 8);
    keep("multiboot", "no-map", memory.bytes, memory.size);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "seeds: the folder to write to is missing\n");
        return 2;
    }
    folder = argv[1];
    random_state = 1; /* the same each time */
    keep_images();
    keep_regions();
    keep_memory();
    keep_text("plain", "one two\tthree");
    keep_text("quotes", "a'b c' \"d \\\" 'e\" '' f\\ g \"open");
    keep_text("backslash", "end\\");
    return 0;
}
