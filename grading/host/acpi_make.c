/* Systems of ACPI tables: RSDP, root table, others, MADT, one behind the other. */
#include "acpi_make.h"

#include <string.h>

#include "test.h"

#define BASE   0x1000u /* where the judge puts the input's second byte */
#define HEADER 36

static uint8_t *bytes;
static size_t size;

static void put(uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width && size < ACPI_INPUT_MAX; i++)
        bytes[size++] = (uint8_t)(value >> 8 * i);
}

static void set(size_t at, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width && at + i < size; i++)
        bytes[at + i] = (uint8_t)(value >> 8 * i);
}

static uint64_t address(size_t at)
{
    return BASE + at - 1;
}

/* Begins a table; its length is set at its end. */
static size_t begin(const char *name)
{
    size_t at = size;
    for (unsigned i = 0; i < 4; i++)
        put((uint8_t)name[i], 1);
    while (size < at + HEADER && size < ACPI_INPUT_MAX)
        put(0, 1);
    return at;
}

static void end(size_t at)
{
    set(at + 4, size - at, 4);
}

/* An RSDP and a root table with room for `count` addresses; where those begin. */
static size_t begin_system(uint8_t *input, bool wide, unsigned count)
{
    bytes = input;
    size = 0;
    put(1, 1); /* with right checksums */
    for (unsigned i = 0; i < 8; i++)
        put((uint8_t) "RSD PTR "[i], 1);
    put(0, 7); /* checksum, OEM */
    put(wide ? 2 : 0, 1);
    put(address(37), 4);
    put(36, 4);
    put(wide ? address(37) : 0, 8);
    put(0, 4);
    size_t root = begin(wide ? "XSDT" : "RSDT"), places = size;
    for (unsigned i = 0; i < count; i++)
        put(0, wide ? 8 : 4);
    end(root);
    return places;
}

static void put_cpu(uint64_t id, uint64_t flags)
{
    put(0, 1);
    put(8, 1);
    put(0, 1);
    put(id, 1);
    put(flags, 4);
}

static void put_x2apic(uint64_t id, uint64_t flags)
{
    put(9, 1);
    put(16, 1);
    put(0, 2);
    put(id, 4);
    put(flags, 4);
    put(0, 4);
}

static void put_io_apic(uint64_t base, uint64_t gsi)
{
    put(1, 1);
    put(12, 1);
    put(0, 2);
    put(base, 4);
    put(gsi, 4);
}

static void put_override(uint64_t irq, uint64_t gsi, uint64_t flags)
{
    put(2, 1);
    put(10, 1);
    put(0, 1);
    put(irq, 1);
    put(gsi, 4);
    put(flags, 2);
}

size_t acpi_make_known(uint8_t *input, bool wide)
{
    size_t places = begin_system(input, wide, 1);
    size_t madt = begin("APIC");

    set(places, address(madt), wide ? 8 : 4);
    put(0xfee00000, 4);
    put(1, 4);
    put_cpu(0, 1);
    put_cpu(2, 1);
    put_cpu(3, 0);
    put_x2apic(2, 1);
    put_io_apic(0xfec00000, 0);
    put_override(0, 2, 0);
    put(5, 1);
    put(12, 1);
    put(0, 2);
    put(0xfee01000, 8);
    end(madt);
    return size;
}

size_t acpi_make_many(uint8_t *input, unsigned count)
{
    size_t places = begin_system(input, false, 1);
    size_t madt = begin("APIC");

    set(places, address(madt), 4);
    put(0xfee00000, 4);
    put(1, 4);
    for (unsigned i = 0; i < count; i++) {
        put_cpu(i, 1);
        put_override(i, count - i, i % 16);
    }
    end(madt);
    return size;
}

size_t acpi_make_short(uint8_t *input, unsigned length)
{
    size_t places = begin_system(input, true, 1);
    size_t madt = begin("APIC");

    set(places, address(madt), 8);
    put(0, 8);
    size = madt + length;
    end(madt);
    return size;
}

static void put_random_entry(void)
{
    size_t at = size;

    switch (random_below(7)) {
    case 0:
    case 1:
        put_cpu(random_bits(), random_below(4));
        break;
    case 2:
        put_x2apic(random_chance(50) ? random_below(256) : random_bits(), random_below(4));
        break;
    case 3:
        put_io_apic(random_bits(), random_chance(50) ? 0 : random_bits());
        break;
    case 4:
        put_override(random_bits(), random_bits(), random_bits());
        break;
    case 5:
        put(5, 1);
        put(12, 1);
        put(0, 2);
        put(random_bits(), 8);
        break;
    default:
        put(random_below(12), 1);
        put(random_below(40), 1);
        for (uint64_t left = random_below(40); left > 0; left--)
            put(random_bits(), 1);
    }
    if (random_chance(3)) /* another length than it has */
        set(at + 1, random_bits(), 1);
}

size_t acpi_make_random(uint8_t *input)
{
    bool wide = random_chance(50);
    unsigned count = (unsigned)random_below(5);
    size_t places = begin_system(input, wide, count);

    for (unsigned i = 0; i < count; i++) {
        size_t at = begin(random_chance(60) ? "APIC" : "FACP");
        set(places + i * (wide ? 8 : 4), random_chance(90) ? address(at) : random_bits(),
            wide ? 8 : 4);
        put(random_bits(), 8);
        for (uint64_t entries = random_below(90); entries > 0; entries--)
            put_random_entry();
        end(at);
        if (random_chance(10))
            set(at + 4, random_integer(), 4);
    }
    return size;
}
