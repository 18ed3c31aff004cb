/* Makes memories that hold a multiboot information, without the structures of multiboot.h. */
#include "multiboot_make.h"

#include <string.h>

#include "test.h"

#define INFORMATION_BYTES 52

void memory_start(struct made_memory *memory, uint32_t base)
{
    memory->base = base;
    memory->size = INFORMATION_BYTES;
    memset(memory->bytes, 0, INFORMATION_BYTES);
}

void information_set(struct made_memory *memory, unsigned field, uint32_t value)
{
    memcpy(memory->bytes + 4 * field, &value, 4);
}

uint32_t memory_add(struct made_memory *memory, const void *bytes, size_t size)
{
    uint32_t address = memory->base + memory->size;
    CHECK(size <= sizeof memory->bytes - memory->size, "the test's memory is full");
    memcpy(memory->bytes + memory->size, bytes, size);
    memory->size += size;
    return address;
}

uint32_t memory_add_text(struct made_memory *memory, const char *text)
{
    return memory_add(memory, text, strlen(text) + 1);
}

uint32_t memory_add_range(struct made_memory *memory, uint32_t entry_size, uint64_t base,
                          uint64_t length, uint32_t type)
{
    uint8_t entry[4 + 64] = {0};
    memcpy(entry, &entry_size, 4);
    memcpy(entry + 4, &base, 8);
    memcpy(entry + 12, &length, 8);
    memcpy(entry + 20, &type, 4);
    return memory_add(memory, entry,
                      4 + (entry_size < 20   ? 20
                           : entry_size > 64 ? 64
                                             : entry_size));
}

uint32_t memory_add_module(struct made_memory *memory, uint32_t start, uint32_t end,
                           uint32_t string)
{
    uint32_t module[] = {start, end, string, random_bits()};
    return memory_add(memory, module, sizeof module);
}

static uint64_t range_number(void)
{
    switch (random_below(4)) {
    case 0: /* near each other */
        return random_below(20) * 0x800;
    case 1:
        return (1ull << 32) + random_below(10) * 0x100000 - 0x500000;
    case 2:
        return random_integer();
    default:
        return random_below(1 << 28);
    }
}

static void make_map(struct made_memory *memory)
{
    unsigned entries = random_below(random_chance(5) ? 200 : 16);
    uint32_t size = random_chance(50) ? 20 : 20 + random_below(45);
    size_t start = memory->size;

    for (unsigned i = 0; i < entries; i++) {
        if (random_chance(20))
            size = 20 + random_below(45);
        uint32_t type = random_chance(90) ? random_below(8) : random_bits();
        memory_add_range(memory, random_below(500) == 0 ? random_integer() : size, range_number(),
                         range_number(), type);
    }
    size_t length = memory->size - start;
    if (random_chance(4))
        length = random_chance(50) ? length + random_below(80) - 40 : random_integer();
    information_set(memory, MMAP_ADDR, memory->base + start);
    information_set(memory, MMAP_LENGTH, length);
}

static uint32_t add_random_text(struct made_memory *memory)
{
    char text[400];
    size_t length = random_below(random_chance(5) ? sizeof text : 30);
    for (size_t i = 0; i < length; i++)
        text[i] = " /ab\t'"[random_below(6)];
    text[length] = '\0';
    return memory_add_text(memory, text);
}

static void make_modules(struct made_memory *memory)
{
    unsigned count = random_chance(70) ? 1 + random_below(4) : random_below(20);
    uint32_t strings[20];
    size_t span = random_below(3 * PAGE_SIZE);

    for (unsigned i = 0; i < count; i++)
        strings[i] = random_chance(5)   ? random_integer()
                     : random_chance(5) ? 0
                                        : add_random_text(memory);
    size_t list = memory->size;
    for (unsigned i = 0; i < count; i++) {
        uint32_t start = memory->base + random_below(span + 1), end = start + random_below(9000);
        if (i == 0 && !random_chance(5)) /* the image */
            start &= 0 - PAGE_SIZE;
        if (start < memory->base)
            start = memory->base + (0 - memory->base) % PAGE_SIZE;
        if (random_chance(1))
            start = random_integer();
        if (random_chance(1))
            end = random_integer();
        memory_add_module(memory, start, end, strings[i]);
    }
    information_set(memory, MODS_ADDR, random_chance(2) ? random_integer() : memory->base + list);
    information_set(memory, MODS_COUNT, random_chance(2) ? random_integer() : count);
}

void memory_make(struct made_memory *memory, uint32_t base)
{
    static const uint8_t junk[30000];
    uint32_t flags = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 6;

    memory_start(memory, base);
    information_set(memory, MEM_LOWER, random_chance(90) ? random_below(640) : random_integer());
    information_set(memory, MEM_UPPER, random_chance(50) ? random_below(70000) : random_integer());
    if (random_chance(90))
        make_map(memory);
    else
        flags &= ~(1 << 6);
    make_modules(memory);
    uint32_t line = add_random_text(memory);
    information_set(memory, CMDLINE, random_chance(2) ? random_integer() : line);
    for (unsigned bit = 0; bit < 32; bit++)
        if (random_chance(bit == 3 ? 1 : 5))
            flags ^= 1u << bit;
    information_set(memory, FLAGS, flags);

    if (random_chance(80))
        memory_add(memory, junk, sizeof junk - random_below(9000)); /* room for modules */
    else if (random_chance(50))
        memory->size -= random_below(memory->size / 4); /* a string without end, a list cut off */
}
