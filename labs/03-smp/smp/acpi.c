/* ACPI: find the root pointer, follow it to the MADT, and believe nothing unchecked. */
#include "smp/acpi.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "exercise.h"
#include "kprintf.h"
#include "smp/device_map.h"
#include "x86.h"

/* Firmware leaves the RSDP at a multiple of 16 in one of two places (§5.2.5.1). */
#define RSDP_STEP      16
#define EBDA_SEGMENT   0x40eu /* here stands, in units of 16 bytes, where the EBDA is, */
#define EBDA_LOWEST    0x80000u
#define EBDA_SIZE      1024 /* whose first KiB is the first place */
#define BIOS_AREA      0xe0000u
#define BIOS_AREA_SIZE 0x20000u

#define TABLE_MAX (1u << 20) /* no table that we read is larger */

struct rsdp {
    char signature[8]; /* "RSD PTR " */
    uint8_t checksum;  /* makes the first RSDP_OLD_SIZE bytes sum up to 0 */
    char oem[6];
    uint8_t revision; /* below 2: this ends behind `rsdt` */
    uint32_t rsdt;    /* where that table is, physically */
    uint32_t length;  /* of this structure, in bytes */
    uint64_t xsdt;
    uint8_t extended_checksum; /* makes all of it sum up to 0 */
    uint8_t reserved[3];
} __attribute__((packed));
#define RSDP_OLD_SIZE 20

struct header {
    char signature[4];
    uint32_t length; /* in bytes, of the table, header included */
    uint8_t revision;
    uint8_t checksum; /* makes all of the table sum up to 0 */
    char oem[26];
} __attribute__((packed));

/* Behind the header and these two fields stand entries, each of its own length. */
struct madt {
    struct header header;
    uint32_t local_apic; /* where its registers are, physically */
    uint32_t flags;
} __attribute__((packed));

struct entry {
    uint8_t type;
    uint8_t length; /* in bytes, these two included */
} __attribute__((packed));

enum {
    ENTRY_LOCAL_APIC = 0,
    ENTRY_IO_APIC = 1,
    ENTRY_OVERRIDE = 2,
    ENTRY_APIC_ADDRESS = 5,
    ENTRY_X2APIC = 9,
};

struct entry_local_apic {
    struct entry entry;
    uint8_t processor, apic_id;
    uint32_t flags;
} __attribute__((packed));
#define CPU_ENABLED    (1u << 0) /* in flags, here and for an x2APIC */
#define APIC_ID_NONE   0xffu     /* an entry that firmware left unused */
#define X2APIC_ID_NONE 0xffffffffu

struct entry_io_apic {
    struct entry entry;
    uint8_t id, reserved;
    uint32_t address, gsi_base;
} __attribute__((packed));

struct entry_override {
    struct entry entry;
    uint8_t bus, irq;
    uint32_t gsi;
    uint16_t flags;
} __attribute__((packed));

struct entry_apic_address { /* takes the place of madt.local_apic */
    struct entry entry;
    uint16_t reserved;
    uint64_t address;
} __attribute__((packed));

struct entry_x2apic {
    struct entry entry;
    uint16_t reserved;
    uint32_t apic_id, flags, processor;
} __attribute__((packed));

/* Whether `size` bytes sum up to 0, modulo 256. */
static bool sum_is_zero(const volatile void *bytes, size_t size)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += ((const volatile uint8_t *)bytes)[i];
    return sum == 0;
}

/*
 * Whether an RSDP stands here (§5.2.5.3): the signature, and the checksum of the first 20 bytes;
 * from revision 2 on also the length, which has to be exactly the structure's 36 bytes, and the
 * checksum of all of them.
 */
static bool rsdp_valid(const struct rsdp *rsdp)
{
    /* EXERCISE 3.1a (10 points): what makes a root pointer. */
    if (memcmp(rsdp->signature, "RSD PTR ", 8) != 0 || !sum_is_zero(rsdp, RSDP_OLD_SIZE))
        return false;
    return rsdp->revision < 2 || (rsdp->length == sizeof *rsdp && sum_is_zero(rsdp, sizeof *rsdp));
    /* END EXERCISE 3.1a */
}

/*
 * The first valid RSDP in an area of memory, at a multiple of RSDP_STEP bytes from its start (the
 * area itself begins at such an address); or NULL. One may begin in the area's last bytes and end
 * behind it: that much more is to be mapped.
 */
static const struct rsdp *search(paddr_t area, size_t size)
{
    /* EXERCISE 3.1b (10 points): find the root pointer. */
    const char *bytes = (const char *)device_map(area, size + sizeof(struct rsdp), 0);
    for (size_t at = 0; bytes && at < size; at += RSDP_STEP)
        if (bytes[at] == 'R' && rsdp_valid((const struct rsdp *)(bytes + at)))
            return (const struct rsdp *)(bytes + at);
    return NULL;
    /* END EXERCISE 3.1b */
}

/* The RSDP at this place and nowhere else, or where firmware keeps it if that is 0; or NULL. */
static const struct rsdp *find_rsdp(paddr_t place)
{
    if (place)
        return search(place, 1);
    const volatile uint16_t *segment = device_map(EBDA_SEGMENT, sizeof *segment, 0);
    paddr_t ebda = segment ? (paddr_t)*segment << 4 : 0;
    const struct rsdp *rsdp = NULL;
    if (ebda >= EBDA_LOWEST && ebda < BIOS_AREA)
        rsdp = search(ebda, EBDA_SIZE);
    return rsdp ? rsdp : search(BIOS_AREA, BIOS_AREA_SIZE);
}

/*
 * Maps the whole table at a physical address, which begins with a header. Returns it, or NULL: it
 * cannot be mapped, its length is less than a header's or more than TABLE_MAX, or its bytes do not
 * sum up to 0. How long it is stands in the header, so that one is mapped first; nothing behind it
 * may be read before.
 */
static const struct header *map_table(paddr_t address)
{
    /* EXERCISE 3.1c (10 points): a table, whole and unbroken. */
    const struct header *table = (const struct header *)device_map(address, sizeof *table, 0);
    if (!table || table->length < sizeof *table || table->length > TABLE_MAX)
        return NULL;
    table = (const struct header *)device_map(address, table->length, 0);
    return table && sum_is_zero(table, table->length) ? table : NULL;
    /* END EXERCISE 3.1c */
}

/* The root table: the XSDT where the RSDP knows of one (§5.2.8), else the RSDT. NULL: broken. */
static const struct header *map_root(const struct rsdp *rsdp, bool wide)
{
    const struct header *root = map_table(wide ? rsdp->xsdt : rsdp->rsdt);
    return root && memcmp(root->signature, wide ? "XSDT" : "RSDT", 4) == 0 ? root : NULL;
}

/*
 * Sets `*found` to the first table with this signature. Behind the root's header stand the physical
 * addresses of all others, each of 8 bytes in an XSDT (`wide`) and of 4 in an RSDT, up to the
 * table's end; they are not aligned, and a last piece that is too short for an address is none.
 * Only the headers of other tables are looked at, and what cannot be mapped is passed over.
 *
 * Returns 0; -ENOENT: there is none; -EINVAL: the first one is broken.
 */
static int find_table(const struct header *root, bool wide, const char *signature,
                      const struct header **found)
{
    /* EXERCISE 3.1d (10 points): a table by its name. */
    const char *pointers = (const char *)(root + 1);
    size_t size = wide ? 8 : 4;

    for (size_t at = 0; at + size <= root->length - sizeof *root; at += size) {
        paddr_t address = 0;
        memcpy(&address, pointers + at, size);
        const struct header *head = (const struct header *)device_map(address, sizeof *head, 0);
        if (!head || memcmp(head->signature, signature, 4) != 0)
            continue;
        *found = map_table(address);
        return *found ? 0 : -EINVAL;
    }
    return -ENOENT;
    /* END EXERCISE 3.1d */
}

/*
 * Counts a CPU in: in `apic_ids` where CPU_ENABLED is set, else in `cpus_disabled`, and beyond
 * CPUS_MAX in `cpus_ignored`. One that is in the list already is not counted again: firmware may
 * describe a CPU twice, as one with an APIC and as one with an x2APIC.
 */
static void add_cpu(struct acpi_platform *platform, uint32_t apic_id, uint32_t flags)
{
    /* EXERCISE 3.1e (10 points): one processor. */
    for (uint32_t i = 0; i < platform->cpu_count; i++)
        if (platform->apic_ids[i] == apic_id)
            return;
    if (!(flags & CPU_ENABLED))
        platform->cpus_disabled++;
    else if (platform->cpu_count == CPUS_MAX)
        platform->cpus_ignored++;
    else
        platform->apic_ids[platform->cpu_count++] = apic_id;
    /* END EXERCISE 3.1e */
}

/* Takes what one entry says. Entries that are shorter than their type are passed over. */
static void read_entry(struct acpi_platform *platform, const struct entry *entry)
{
#define IS(number, kind) (entry->type == (number) && entry->length >= sizeof(kind))
    if (IS(ENTRY_LOCAL_APIC, struct entry_local_apic)) {
        const struct entry_local_apic *cpu = (const struct entry_local_apic *)entry;
        if (cpu->apic_id != APIC_ID_NONE)
            add_cpu(platform, cpu->apic_id, cpu->flags);
    } else if (IS(ENTRY_X2APIC, struct entry_x2apic)) {
        const struct entry_x2apic *cpu = (const struct entry_x2apic *)entry;
        if (cpu->apic_id != X2APIC_ID_NONE)
            add_cpu(platform, cpu->apic_id, cpu->flags);
    } else if (IS(ENTRY_IO_APIC, struct entry_io_apic)) {
        const struct entry_io_apic *io = (const struct entry_io_apic *)entry;
        if (io->gsi_base == 0)
            platform->io_apic = io->address;
    } else if (IS(ENTRY_OVERRIDE, struct entry_override)) {
        const struct entry_override *override = (const struct entry_override *)entry;
        if (platform->override_count < OVERRIDES_MAX)
            platform->overrides[platform->override_count++] =
                (struct acpi_override){override->irq, override->gsi, override->flags};
    } else if (IS(ENTRY_APIC_ADDRESS, struct entry_apic_address))
        platform->local_apic = ((const struct entry_apic_address *)entry)->address;
#undef IS
}

/*
 * Goes through the MADT: takes the address of the local APICs, and gives each entry to read_entry.
 * The entries stand one behind the other, each with its length, from the end of `struct madt` to
 * the end of the table.
 *
 * Returns 0, or -EINVAL: the table is shorter than its fixed part, or an entry is shorter than its
 * own two bytes, or longer than what is left of the table.
 */
static int read_madt(const struct madt *madt, struct acpi_platform *platform)
{
    /* EXERCISE 3.1f (10 points): the MADT. */
    const char *at = (const char *)(madt + 1);
    const char *end = (const char *)madt + madt->header.length;

    if (madt->header.length < sizeof *madt)
        return -EINVAL;
    platform->local_apic = madt->local_apic;
    while (at < end) {
        const struct entry *entry = (const struct entry *)at;
        if (end - at < (long)sizeof *entry || entry->length < sizeof *entry ||
            entry->length > end - at)
            return -EINVAL;
        read_entry(platform, entry);
        at += entry->length;
    }
    return 0;
    /* END EXERCISE 3.1f */
}

/* From the RSDP to the MADT, and through it. `*what` is the table at fault. */
static int read_tables(paddr_t place, struct acpi_platform *platform, const char **what)
{
    *what = "RSDP";
    const struct rsdp *rsdp = find_rsdp(place);
    if (!rsdp)
        return -ENOENT;

    bool wide = rsdp->revision >= 2 && rsdp->xsdt;
    *what = wide ? "XSDT" : "RSDT";
    const struct header *root = map_root(rsdp, wide);
    if (!root)
        return -EINVAL;

    *what = "MADT";
    const struct header *madt;
    int error = find_table(root, wide, "APIC", &madt);
    if (!error)
        error = read_madt((const struct madt *)madt, platform);
    return !error && platform->cpu_count == 0 ? -EINVAL : error;
}

int acpi_read(paddr_t place, struct acpi_platform *platform)
{
    const char *what;

    *platform = (struct acpi_platform){.local_apic = LOCAL_APIC};
    int error = read_tables(place, platform, &what);
    if (error) {
        kprintf("acpi: the %s is %s: going on with one CPU\n", what,
                error == -ENOENT ? "missing" : "broken");
        *platform = (struct acpi_platform){
            .cpu_count = 1, .apic_ids = {cpuid(1, 0).ebx >> 24}, .local_apic = LOCAL_APIC};
    }
    return error;
}
