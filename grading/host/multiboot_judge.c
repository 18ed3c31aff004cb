/*
 * Judges loader/from_multiboot.c against a model of its contract that walks the bytes by offsets.
 * Input: the physical memory from FUZZ_MEMORY_BASE on, with the multiboot information first.
 */
#include "multiboot_judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_machine.h"
#include "loader/from_multiboot.h"
#include "map_model.h"
#include "physical.h"
#include "test.h"

struct expected {
    int error, other_error; /* either will do, where the contract leaves the order open */
    const char *field, *other_field;
    const char *command_line; /* NULL: empty */
    unsigned modules;         /* the image among them */
    struct {
        uint32_t start, size, string;
    } module[BOOT_MODULES_MAX + 1];
};

/* The memory as the test laid it out. */
static const uint8_t *memory;
static uint64_t memory_base, memory_size;
static struct map_model map;

static bool lies_in_memory(uint64_t address, uint64_t size)
{
    unsigned __int128 end = address;
    return address >= memory_base && end + size <= memory_base + memory_size;
}

static uint64_t number(uint64_t address, unsigned width)
{
    uint64_t value = 0;
    memcpy(&value, memory + (address - memory_base), width); /* the host is little endian */
    return value;
}

/* Bytes of the string at `address` with its end, or 0 where it has none. */
static uint64_t string_bytes(uint64_t address)
{
    if (!lies_in_memory(address, 1))
        return 0;
    uint64_t offset = address - memory_base, most = memory_size - offset;
    if (most > 64 * 1024)
        most = 64 * 1024;
    const uint8_t *end = memchr(memory + offset, '\0', most);
    return end == NULL ? 0 : (uint64_t)(end - (memory + offset)) + 1;
}

static bool refuse(struct expected *expected, int error, const char *field)
{
    if (expected->error == 0) {
        expected->error = error;
        expected->field = field;
    } else {
        expected->other_error = error;
        expected->other_field = field;
    }
    return false;
}

static bool claim(struct expected *expected, uint64_t base, uint64_t size, unsigned type)
{
    return map_claim(&map, base, size, type) || refuse(expected, -ENOSPC, "mmap_length");
}

static bool expect_memory(struct expected *expected, uint64_t info, uint64_t flags)
{
    static const uint8_t types[] = {BOOT_RESERVED,     BOOT_FREE,     BOOT_RESERVED,
                                    BOOT_ACPI_RECLAIM, BOOT_ACPI_NVS, BOOT_BAD};
    uint64_t length = number(info + 44, 4), at = number(info + 48, 4), end = at + length;

    if (!(flags & 64))
        return !(flags & 1) || (claim(expected, 0, number(info + 4, 4) << 10, BOOT_FREE) &&
                                claim(expected, 1 << 20, number(info + 8, 4) << 10, BOOT_FREE));
    if (length > 64 * 1024)
        return refuse(expected, -E2BIG, "mmap_length");
    if (!lies_in_memory(at, length))
        return refuse(expected, -EFAULT, "mmap_addr");
    while (at < end) {
        if (end - at < 24 || number(at, 4) < 20)
            return refuse(expected, -EINVAL, "mmap size");
        uint64_t type = number(at + 20, 4);
        if (!claim(expected, number(at + 4, 8), number(at + 12, 8),
                   type < sizeof types ? types[type] : BOOT_RESERVED))
            return false;
        at += number(at, 4) + 4;
    }
    return true;
}

static bool expect_command_line(struct expected *expected, uint64_t info, uint64_t flags)
{
    if (!(flags & 4))
        return true;
    uint64_t text = number(info + 16, 4), bytes = string_bytes(text);
    if (bytes == 0)
        return refuse(expected, -EFAULT, "cmdline");

    bool in_name = true;
    const char *at = (const char *)memory + (text - memory_base);
    for (; *at != '\0' && (in_name || *at == ' '); at++)
        in_name &= *at != ' ';
    expected->command_line = at;
    return claim(expected, text, bytes, BOOT_LOADER);
}

static bool expect_module(struct expected *expected, uint64_t at, unsigned type)
{
    uint64_t start = number(at, 4), end = number(at + 4, 4), string = number(at + 8, 4);
    uint64_t bytes = string == 0 ? 0 : string_bytes(string);

    if (end < start)
        return refuse(expected, -EFAULT, "mod_end");
    if (!lies_in_memory(start, end - start))
        return refuse(expected, -EFAULT, "mod_start");
    bool good = claim(expected, start, end - start, type);
    if (string != 0 && bytes == 0)
        good = refuse(expected, -EFAULT, "string");
    if (!good)
        return false;
    unsigned index = expected->modules++;
    expected->module[index].start = start;
    expected->module[index].size = end - start;
    expected->module[index].string = string;
    return claim(expected, string, bytes, BOOT_LOADER);
}

static bool expect_modules(struct expected *expected, uint64_t info, uint64_t flags)
{
    uint64_t count = flags & 8 ? number(info + 20, 4) : 0, at = number(info + 24, 4);

    if (count == 0)
        return refuse(expected, -ENOENT, "mods_count");
    if (count > 17)
        return refuse(expected, -E2BIG, "mods_count");
    if (!lies_in_memory(at, count * 16))
        return refuse(expected, -EFAULT, "mods_addr");
    for (unsigned i = 0; i < count; i++) {
        if (!expect_module(expected, at + i * 16, i == 0 ? BOOT_LOADER : BOOT_MODULE))
            return false;
        if (expected->module[0].start % PAGE_SIZE != 0)
            return refuse(expected, -EINVAL, "mod_start");
    }
    return true;
}

static void expect(struct expected *expected, uint32_t magic, uint64_t info)
{
    map.count = 0;
    if (magic != 0x2badb002) {
        refuse(expected, -EINVAL, "magic");
    } else if (!lies_in_memory(info, 52)) {
        refuse(expected, -EFAULT, "info");
    } else {
        uint64_t flags = number(info, 4);
        claim(expected, 0, PAGE_SIZE, BOOT_RESERVED);
        claim(expected, (uintptr_t)loader_start, loader_bss_end - loader_start, BOOT_LOADER);
        if (expect_memory(expected, info, flags) && expect_command_line(expected, info, flags))
            expect_modules(expected, info, flags);
    }
}

/* A string that boot_info points to: in the memory, or (none of its addresses are so high) ours. */
static const char *text_at(paddr_t address, const char *what)
{
    if (address >= 1ull << 32)
        return (const char *)address;
    CHECK(string_bytes(address) > 0, "%s points to %#lx, where no string is", what, address);
    return (const char *)memory + (address - memory_base);
}

static void compare_texts(const char *what, paddr_t address, const char *expected)
{
    const char *found = text_at(address, what);
    CHECK(strcmp(found, expected) == 0, "%s: expected '%s', found '%s'", what, expected, found);
}

static void compare_image_name(const struct boot_info *info, uint32_t string)
{
    char *name = strdup(string == 0 ? "" : text_at(string, "the image's string"));
    name[strcspn(name, " ")] = '\0';
    char *slash = strrchr(name, '/'), *last = slash == NULL ? name : slash + 1;
    if (strlen(last) > 255)
        last[255] = '\0';
    compare_texts("image_name", info->image_name, last);
    free(name);
}

static void compare_module(unsigned index, const struct boot_module *found,
                           const struct expected *expected)
{
    uint64_t start = expected->module[index].start, size = expected->module[index].size;
    uint32_t string = expected->module[index].string;

    CHECK(found->base == start && found->size == size,
          "module %u: expected %#lx + %#lx, found %#lx + %#lx", index, start, size, found->base,
          found->size);
    if (string != 0)
        CHECK(found->string == string, "module %u: expected its string at %#x, found %#lx", index,
              string, found->string);
    else if (index > 0) /* of the image only the name is told */
        compare_texts("the string of a module without", found->string, "");
}

static void compare(const struct boot_info *info, const struct boot_module *file,
                    const struct expected *expected)
{
    uint64_t free = 0;

    CHECK(info->magic == BOOT_INFO_MAGIC && info->version == BOOT_INFO_VERSION &&
              info->size == sizeof *info,
          "magic %#lx, version %u, size %u", info->magic, info->version, info->size);
    CHECK(info->image_base == 0 && info->image_size == 0 && info->image_vaddr == 0 &&
              info->rsdp == 0 && info->cpus == 0 && info->tsc_khz == 0,
          "something that multiboot does not tell is not 0");
    CHECK(text_at(info->loader_name, "loader_name")[0] != '\0', "loader_name is empty");

    map_compare(&map, info);
    for (unsigned i = 0; i < map.count; i++)
        if (map.pieces[i].type == BOOT_FREE)
            free += (map.pieces[i].end - map.pieces[i].first) * PAGE_SIZE;
    CHECK(boot_info_free(info) == free, "boot_info_free: expected %#lx, found %#lx", free,
          boot_info_free(info));

    compare_texts("command_line", info->command_line,
                  expected->command_line != NULL ? expected->command_line : "");
    CHECK(info->module_count == expected->modules - 1, "expected %u modules, found %u",
          expected->modules - 1, info->module_count);
    compare_module(0, file, expected);
    for (unsigned i = 1; i < expected->modules; i++)
        compare_module(i, &info->modules[i - 1], expected);
    compare_image_name(info, expected->module[0].string);
}

void multiboot_judge_at(const uint8_t *bytes, size_t size, paddr_t base, uint32_t magic,
                        paddr_t information)
{
    struct boot_info *info = malloc(sizeof *info);
    struct boot_module file;
    struct expected expected = {0};
    const char *field = NULL;

    memory = bytes;
    memory_base = base;
    memory_size = size;
    expect(&expected, magic, information);

    host_memory = malloc(size); /* ASan guards what is behind it */
    memcpy(host_memory, bytes, size);
    host_memory_base = base;
    host_memory_size = size;
    memset(info, 0xa5, sizeof *info);
    int error = boot_info_build(info, magic, information, &file, &field);

    if (expected.error == 0) {
        CHECK(error == 0, "refused good information: %d, %s", error, field ? field : "no field");
        compare(info, &file, &expected);
    } else if (error != expected.other_error || expected.other_error == 0 || field == NULL ||
               strcmp(field, expected.other_field) != 0) {
        CHECK(error == expected.error && field != NULL && strcmp(field, expected.field) == 0,
              "expected %d, %s, found %d, %s", expected.error, expected.field, error,
              field ? field : "no field");
    }
    CHECK(memcmp(host_memory, bytes, size) == 0, "the memory was written to");
    free(host_memory);
    free(info);
}

void multiboot_judge(const uint8_t *input, size_t size)
{
    multiboot_judge_at(input, size, FUZZ_MEMORY_BASE, 0x2badb002, FUZZ_MEMORY_BASE);
}
