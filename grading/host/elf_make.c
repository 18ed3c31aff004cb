/* Makes ELF images byte by byte, without the structures of elf.h. */
#include "elf_make.h"

#include <string.h>

#include "test.h"

#define EHDR_BYTES 64
#define PHDR_BYTES 56

void put_number(struct made_image *image, size_t offset, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width; i++)
        image->bytes[offset + i] = value >> 8 * i;
}

static uint64_t get(const struct made_image *image, size_t offset, unsigned width)
{
    uint64_t value = 0;
    memcpy(&value, image->bytes + offset, width); /* the host is little endian */
    return value;
}

void make_image(struct made_image *image, unsigned segments)
{
    static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 2, 1, 1};

    image->segments = segments;
    image->phoff = EHDR_BYTES + 8 * random_below(5);
    size_t data = image->phoff + segments * PHDR_BYTES;
    image->size = data + random_below(sizeof image->bytes - data);
    for (size_t i = 0; i < image->size; i++)
        image->bytes[i] = random_bits();

    memcpy(image->bytes, ident, sizeof ident);
    put_number(image, 16, 2, 2);
    put_number(image, 18, 2, 62);
    put_number(image, 20, 4, 1);
    put_number(image, 32, 8, image->phoff);
    put_number(image, 54, 2, PHDR_BYTES);
    put_number(image, 56, 2, segments);

    uint64_t entry = 0, vaddr = 0xffffffff80000000 + random_below(0x40000);
    if (random_chance(10)) /* close to the end of the address space */
        vaddr = 0xfffffffffffff000 - random_below(segments * 0x3000);
    unsigned loaded = random_below(segments); /* this one is loaded for sure */
    for (unsigned i = 0; i < segments; i++) {
        uint64_t offset = random_below(image->size + 1);
        uint64_t filesz = random_below(image->size - offset + 1);
        uint64_t memsz = filesz + (random_chance(50) ? random_below(0x2000) : 0);
        uint64_t align = random_chance(20) ? 0 : 1ull << random_below(13);
        bool is_load = i == loaded || random_chance(70);
        if (i == loaded && memsz == 0)
            memsz = 1 + random_below(100);
        if (is_load && memsz > 0) {
            if (align > 1)
                vaddr += (offset - vaddr) & (align - 1);
            if (i == loaded || random_chance(30))
                entry = vaddr + random_below(memsz);
        }
        size_t header = image->phoff + i * PHDR_BYTES;
        put_number(image, header, 4, is_load ? 1 : 2 + random_below(10));
        put_number(image, header + 8, 8, offset);
        put_number(image, header + 16, 8, vaddr);
        put_number(image, header + 32, 8, filesz);
        put_number(image, header + 40, 8, memsz);
        put_number(image, header + 48, 8, align);
        if (is_load && memsz > 0)
            vaddr += memsz + (random_chance(50) ? random_below(0x3000) : 0);
    }
    put_number(image, 24, 8, entry);
}

void change_field(struct made_image *image, size_t offset, unsigned width)
{
    uint64_t value = get(image, offset, width);

    switch (random_below(6)) {
    case 0:
        value += 1;
        break;
    case 1:
        value -= 1;
        break;
    case 2:
        value ^= 1ull << random_below(8 * width);
        break;
    case 3: /* a limit of the image's own */
        value = image->size + random_below(3) - 1;
        break;
    case 4:
        value = 0xfffffffffffff000 + random_below(3) - 1 - (random_chance(50) ? value : 0);
        break;
    default:
        value = random_integer();
    }
    put_number(image, offset, width, value);
}

void mutate_image(struct made_image *image)
{
    static const uint8_t header_fields[][2] = {{24, 8}, {32, 8}, {54, 2}, {56, 2}};
    static const uint8_t segment_fields[][2] = {{0, 4}, {8, 8}, {16, 8}, {32, 8}, {40, 8}, {48, 8}};

    for (unsigned changes = 1 + random_below(4); changes > 0; changes--) {
        size_t segment = image->phoff + random_below(image->segments) * PHDR_BYTES;
        const uint8_t *field;
        uint8_t swap[PHDR_BYTES];

        switch (random_below(8)) {
        case 0:
            field = header_fields[random_below(sizeof header_fields / 2)];
            change_field(image, field[0], field[1]);
            break;
        case 1:
            image->bytes[random_below(EHDR_BYTES)] ^= 1 << random_below(8);
            break;
        case 2: /* the wrong order */
            memcpy(swap, image->bytes + image->phoff, PHDR_BYTES);
            memmove(image->bytes + image->phoff, image->bytes + segment, PHDR_BYTES);
            memcpy(image->bytes + segment, swap, PHDR_BYTES);
            break;
        case 3:
            image->size = random_chance(90) ? image->size - random_below(image->size / 4 + 1) : 70;
            break;
        default:
            field = segment_fields[random_below(sizeof segment_fields / 2)];
            change_field(image, segment + field[0], field[1]);
        }
    }
}
