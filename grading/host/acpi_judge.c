/*
 * Judges smp/acpi.c against a second reading of the same tables, byte by byte.
 *
 * Input: a byte of flags, and physical memory from BASE on, where the RSDP is. With SEAL, the tables
 * on the way to the MADT get right checksums first: the fuzzer would hardly find one.
 *
 * device_map gives copies of exactly what was asked for, so that ASan sees whoever reads behind it.
 * Behind the input's end memory is zero; nothing else can be mapped.
 */
#include "smp/acpi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kprintf.h"
#include "smp/device_map.h"
#include "test.h"

#define BASE      0x1000u
#define SEAL      1
#define TABLE_MAX (1u << 20)
#define MAPS_MAX  100000

static struct {
    uint8_t *bytes;
    size_t size;
    void *maps[MAPS_MAX];
    unsigned map_count;
    unsigned lines; /* said on the console */
} memory;

static bool inside(uint64_t at)
{
    return at >= BASE && at - BASE < memory.size;
}

volatile void *device_map(paddr_t address, uint64_t size, page_flags_t flags)
{
    CHECK(flags == 0, "tables are mapped with flags %#lx, not read-only", (unsigned long)flags);
    if (!inside(address) || size == 0 || memory.map_count == MAPS_MAX)
        return NULL;
    uint8_t *copy = calloc(1, size);
    size_t there = memory.size - (address - BASE);
    memcpy(copy, memory.bytes + (address - BASE), size < there ? size : there);
    memory.maps[memory.map_count++] = copy;
    return copy;
}

void kprintf(const char *fmt, ...)
{
    memory.lines += strchr(fmt, '\n') != NULL;
}

/* ---- the model ------------------------------------------------------------------------------ */

static uint64_t get(uint64_t at, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)(inside(at + i) ? memory.bytes[at + i - BASE] : 0) << 8 * i;
    return value;
}

static bool text(uint64_t at, const char *wanted)
{
    for (unsigned i = 0; wanted[i]; i++)
        if (get(at + i, 1) != (uint8_t)wanted[i])
            return false;
    return true;
}

static uint8_t sum(uint64_t at, uint64_t size)
{
    uint8_t total = 0;
    for (uint64_t i = 0; i < size && inside(at + i); i++)
        total += memory.bytes[at + i - BASE];
    return total;
}

static bool table(uint64_t at)
{
    uint64_t length = get(at + 4, 4);
    return inside(at) && length >= 36 && length <= TABLE_MAX && sum(at, length) == 0;
}

/* The first table with the MADT's name in a root table, or 0. */
static uint64_t find(uint64_t root, unsigned size)
{
    for (uint64_t at = root + 36; at + size <= root + get(root + 4, 4); at += size) {
        uint64_t found = get(at, size);
        if (inside(found) && text(found, "APIC"))
            return found;
    }
    return 0;
}

static void count(struct acpi_platform *model, uint32_t id, uint64_t flags)
{
    bool known = false;
    for (uint32_t i = 0; i < model->cpu_count; i++)
        known |= model->apic_ids[i] == id;
    if (known)
        return;
    if (flags % 2 == 0)
        model->cpus_disabled++;
    else if (model->cpu_count < CPUS_MAX)
        model->apic_ids[model->cpu_count++] = id;
    else
        model->cpus_ignored++;
}

static void entry(struct acpi_platform *model, uint64_t at, uint64_t length)
{
    static const uint8_t least[] = {8, 12, 10, 255, 255, 12, 255, 255, 255, 16};
    uint64_t type = get(at, 1);

    if (type >= sizeof least || length < least[type] || least[type] == 255)
        return;
    if (type == 0 && get(at + 3, 1) != 0xff)
        count(model, (uint32_t)get(at + 3, 1), get(at + 4, 4));
    else if (type == 9 && get(at + 4, 4) != 0xffffffff)
        count(model, (uint32_t)get(at + 4, 4), get(at + 8, 4));
    else if (type == 1 && get(at + 8, 4) == 0)
        model->io_apic = get(at + 4, 4);
    else if (type == 2 && model->override_count < OVERRIDES_MAX) {
        struct acpi_override *one = &model->overrides[model->override_count++];
        one->irq = (uint8_t)get(at + 3, 1);
        one->gsi = (uint32_t)get(at + 4, 4);
        one->flags = (uint16_t)get(at + 8, 2);
    } else if (type == 5)
        model->local_apic = get(at + 4, 8);
}

static int read_model(struct acpi_platform *model)
{
    uint64_t revision = get(BASE + 15, 1), xsdt = get(BASE + 24, 8);

    if (!text(BASE, "RSD PTR ") || sum(BASE, 20) != 0)
        return -ENOENT;
    if (revision >= 2 && (get(BASE + 20, 4) != 36 || sum(BASE, 36) != 0))
        return -ENOENT;
    bool wide = revision >= 2 && xsdt != 0;
    uint64_t root = wide ? xsdt : get(BASE + 16, 4);
    if (!table(root) || !text(root, wide ? "XSDT" : "RSDT"))
        return -EINVAL;
    uint64_t madt = find(root, wide ? 8 : 4);
    if (madt == 0)
        return -ENOENT;
    uint64_t end = madt + get(madt + 4, 4);
    if (!table(madt) || end - madt < 44)
        return -EINVAL;
    model->local_apic = get(madt + 36, 4);
    for (uint64_t at = madt + 44, length; at < end; at += length) {
        length = end - at < 2 ? 0 : get(at + 1, 1);
        if (length < 2 || length > end - at)
            return -EINVAL;
        entry(model, at, length);
    }
    return model->cpu_count ? 0 : -EINVAL;
}

/* ---- the judge ------------------------------------------------------------------------------ */

static void seal(uint64_t at, uint64_t size, unsigned place)
{
    if (size > place && inside(at) && inside(at + place)) {
        memory.bytes[at + place - BASE] = 0;
        memory.bytes[at + place - BASE] = (uint8_t)-sum(at, size);
    }
}

static void seal_table(uint64_t at)
{
    if (inside(at) && get(at + 4, 4) <= TABLE_MAX)
        seal(at, get(at + 4, 4), 9);
}

/* From the last table to the first: none of them is changed after its sum has been made. */
static void seal_all(void)
{
    bool wide = get(BASE + 15, 1) >= 2 && get(BASE + 24, 8) != 0;
    uint64_t root = wide ? get(BASE + 24, 8) : get(BASE + 16, 4);

    if (inside(root) && get(root + 4, 4) <= TABLE_MAX)
        seal_table(find(root, wide ? 8 : 4));
    seal_table(root);
    seal(BASE, 20, 8);
    seal(BASE, 36, 32);
}

static void compare(const struct acpi_platform *expected, const struct acpi_platform *found)
{
#define SAME(field)                                                                                \
    CHECK(expected->field == found->field, "expected " #field " %#lx, found %#lx",                 \
          (unsigned long)expected->field, (unsigned long)found->field)
    SAME(cpu_count);
    SAME(cpus_disabled);
    SAME(cpus_ignored);
    SAME(local_apic);
    SAME(io_apic);
    SAME(override_count);
    for (uint32_t i = 0; i < expected->cpu_count; i++)
        SAME(apic_ids[i]);
    for (uint32_t i = 0; i < expected->override_count; i++) {
        SAME(overrides[i].irq);
        SAME(overrides[i].gsi);
        SAME(overrides[i].flags);
    }
}

void acpi_judge(const uint8_t *input, size_t size)
{
    if (size < 2)
        return;
    memory.size = size - 1;
    memory.bytes = malloc(memory.size);
    memcpy(memory.bytes, input + 1, memory.size);
    memory.map_count = memory.lines = 0;
    if (input[0] & SEAL)
        seal_all();

    struct acpi_platform model = {.local_apic = LOCAL_APIC}, found;
    int expected = read_model(&model);

    memset(&found, 0xa5, sizeof found);
    int result = acpi_read(BASE, &found);
    if (expected) /* the id is that of the host's processor that has just run this */
        model = (struct acpi_platform){
            .cpu_count = 1, .apic_ids = {found.apic_ids[0]}, .local_apic = LOCAL_APIC};
    CHECK(result == expected, "expected %d, found %d", expected, result);
    CHECK(memory.lines == (result != 0), "expected a line on the console for an error, found %u",
          memory.lines);
    compare(&model, &found);

    for (unsigned i = 0; i < memory.map_count; i++)
        free(memory.maps[i]);
    free(memory.bytes);
}
