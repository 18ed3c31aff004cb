/* The I/O APIC, through its window of two registers; and the PICs, which must keep quiet. */
#include "smp/ioapic.h"

#include <errno.h>
#include <stddef.h>

#include "exercise.h"
#include "smp/device_map.h"
#include "x86.h"

/* The two registers that are memory, by their place among 32-bit words (§3.1). */
#define SELECT      0
#define WINDOW      4
#define WINDOW_SIZE 32

#define REG_VERSION  1                /* bits 16 to 23: the number of the last input */
#define REG_ENTRY(n) (0x10 + 2 * (n)) /* of input n: the low half; the high half follows */

/* A redirection entry's low half (§3.2.4): below these the vector; fixed, and by APIC id. */
#define ENTRY_ACTIVE_LOW (1u << 13)
#define ENTRY_LEVEL      (1u << 15)
#define ENTRY_MASKED     (1u << 16)

#define PIC1        0x20
#define PIC2        0xa0
#define PIC_DATA    1    /* behind the command port */
#define PIC_VECTORS 0xe0 /* 16 vectors that nobody else uses */

static volatile uint32_t *window; /* NULL: there is no I/O APIC */
static uint32_t inputs;           /* 0: the same */
static uint32_t override_count;
static struct acpi_override overrides[OVERRIDES_MAX];

static uint32_t io_read(unsigned reg)
{
    window[SELECT] = reg;
    return window[WINDOW];
}

static void io_write(unsigned reg, uint32_t value)
{
    window[SELECT] = reg;
    window[WINDOW] = value;
}

/*
 * Initialises both PICs and masks all their inputs. Masking alone is not enough: a PIC may raise
 * its spurious interrupt even so, and where firmware left its vectors there are exceptions (8 to
 * 15). So PIC1 gets the vectors from PIC_VECTORS on, and PIC2 the eight behind those.
 *
 * Initialisation is four words for each: 0x11 to the command port (edge triggered, two PICs, a
 * fourth word follows); then to the data port the first vector, the wiring (PIC1: bit 2 set, for
 * PIC2 stands at input 2; PIC2: the number 2), and 1 (8086 mode). What is written to the data port
 * after that is the mask.
 */
static void pics_off(void)
{
    /* EXERCISE 3.2j (15 points): the PICs keep quiet. */
    const struct {
        uint16_t port;
        uint8_t vectors, wiring;
    } pics[] = {{PIC1, PIC_VECTORS, 1 << 2}, {PIC2, PIC_VECTORS + 8, 2}};
    for (unsigned i = 0; i < 2; i++) {
        out8(pics[i].port, 0x11);
        out8(pics[i].port + PIC_DATA, pics[i].vectors);
        out8(pics[i].port + PIC_DATA, pics[i].wiring);
        out8(pics[i].port + PIC_DATA, 0x01);
        out8(pics[i].port + PIC_DATA, 0xff);
    }
    /* END EXERCISE 3.2j */
}

void ioapic_init(const struct acpi_platform *platform)
{
    pics_off();
    override_count = platform->override_count;
    for (uint32_t i = 0; i < override_count; i++)
        overrides[i] = platform->overrides[i];
    if (!platform->io_apic)
        return;
    window = device_map(platform->io_apic, WINDOW_SIZE, PAGE_W | PAGE_UNCACHED);
    if (!window)
        return;
    inputs = (io_read(REG_VERSION) >> 16 & 0xff) + 1;
    for (uint32_t i = 0; i < inputs; i++)
        io_write(REG_ENTRY(i), ENTRY_MASKED);
}

/*
 * As smp/ioapic.h says. Without an override, ISA interrupt n is input n, active high and edge
 * triggered. The APIC id stands in bits 24 to 31 of an entry's high half; the low half, which
 * unmasks, is written last.
 */
int ioapic_route(unsigned irq, uint8_t vector, uint32_t apic_id)
{
    /* EXERCISE 3.2k (15 points): from a device to a processor. */
    uint32_t gsi = irq, low = vector;

    for (uint32_t i = 0; i < override_count; i++)
        if (overrides[i].irq == irq) {
            gsi = overrides[i].gsi;
            if ((overrides[i].flags & 3) == 3)
                low |= ENTRY_ACTIVE_LOW;
            if ((overrides[i].flags >> 2 & 3) == 3)
                low |= ENTRY_LEVEL;
        }
    if (gsi >= inputs || apic_id > 0xff)
        return -ENODEV;
    io_write(REG_ENTRY(gsi) + 1, apic_id << 24);
    io_write(REG_ENTRY(gsi), low);
    return 0;
    /* END EXERCISE 3.2k */
}
