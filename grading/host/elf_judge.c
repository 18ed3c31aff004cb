/*
 * Judges loader/elf_image.c against a list of the rules in its header, each a predicate of its
 * own over the bytes of the file. Input: the file.
 */
#include "loader/elf_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define COPY_BYTES_MAX (128 << 10) /* larger images are checked, but not copied */

typedef unsigned __int128 wide;

struct file {
    const uint8_t *bytes;
    uint64_t size;
};

/* A little-endian number in the file. */
static uint64_t number(const struct file *file, uint64_t offset, unsigned width)
{
    uint64_t value = 0;
    while (width-- > 0)
        value = value << 8 | file->bytes[offset + width];
    return value;
}

/* The model's picture of a program header. */
struct segment {
    uint64_t type, offset, vaddr, filesz, memsz, align;
};

static struct segment segment_at(const struct file *file, uint64_t at)
{
    return (struct segment){
        .type = number(file, at, 4),
        .offset = number(file, at + 8, 8),
        .vaddr = number(file, at + 16, 8),
        .filesz = number(file, at + 32, 8),
        .memsz = number(file, at + 40, 8),
        .align = number(file, at + 48, 8),
    };
}

static const char *broken_header_rule(const struct file *file)
{
    if (file->size < 64 || number(file, 0, 4) != 0x464c457f)
        return "e_ident";

    const struct {
        unsigned offset, width;
        uint64_t value;
        const char *field;
    } fixed[] = {
        {4, 1, 2, "EI_CLASS"},      {5, 1, 1, "EI_DATA"},     {6, 1, 1, "EI_VERSION"},
        {16, 2, 2, "e_type"},       {18, 2, 62, "e_machine"}, {20, 4, 1, "e_version"},
        {54, 2, 56, "e_phentsize"},
    };
    for (unsigned i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (number(file, fixed[i].offset, fixed[i].width) != fixed[i].value)
            return fixed[i].field;

    uint64_t phoff = number(file, 32, 8), phnum = number(file, 56, 2);
    if (phnum == 0)
        return "e_phnum";
    if ((wide)phoff + phnum * 56 > file->size || phoff % 8 != 0)
        return "e_phoff";
    return NULL;
}

static const char *broken_segment_rule(const struct file *file, const struct segment *segment,
                                       wide previous_end)
{
    if (segment->filesz > segment->memsz)
        return "p_filesz";
    if ((wide)segment->offset + segment->filesz > file->size)
        return "p_offset";
    if (segment->vaddr < 0xffffffff80000000 || segment->vaddr < previous_end)
        return "p_vaddr";
    if ((wide)segment->vaddr + segment->memsz > 0xfffffffffffff000)
        return "p_memsz";
    if (segment->align != 0 &&
        (__builtin_popcountll(segment->align) != 1 ||
         segment->vaddr % segment->align != segment->offset % segment->align))
        return "p_align";
    return NULL;
}

/* The verdict on a file: the field at fault or NULL, and then what its image looks like. */
static const char *expected_verdict(const struct file *file, struct elf_image *image)
{
    const char *field = broken_header_rule(file);
    if (field != NULL)
        return field;

    uint64_t entry = number(file, 24, 8), phoff = number(file, 32, 8), phnum = number(file, 56, 2);
    uint64_t lowest = 0, highest = 0;
    bool entered = false;
    for (uint64_t i = 0; i < phnum; i++) {
        struct segment segment = segment_at(file, phoff + i * 56);
        if (segment.type != 1 || segment.memsz == 0)
            continue;
        field = broken_segment_rule(file, &segment, highest);
        if (field != NULL)
            return field;
        if (lowest == 0)
            lowest = segment.vaddr / PAGE_SIZE * PAGE_SIZE;
        highest = segment.vaddr + segment.memsz;
        entered |= entry - segment.vaddr < segment.memsz;
    }
    if (lowest == 0)
        return "p_type";
    if (!entered)
        return "e_entry";

    uint64_t last_page = (highest - 1) / PAGE_SIZE * PAGE_SIZE;
    *image = (struct elf_image){
        .segments = (const void *)(file->bytes + phoff),
        .count = phnum,
        .entry = entry,
        .base = lowest,
        .size = last_page + PAGE_SIZE - lowest,
    };
    return NULL;
}

static void check_copy(const struct file *file, const struct elf_image *image)
{
    uint8_t *expected = calloc(1, image->size), *found = malloc(image->size);
    memset(found, 0xa5, image->size);
    for (unsigned i = 0; i < image->count; i++) {
        struct segment segment = segment_at(file, number(file, 32, 8) + i * 56);
        for (uint64_t byte = 0; segment.type == 1 && segment.memsz && byte < segment.filesz; byte++)
            expected[segment.vaddr + byte - image->base] = file->bytes[segment.offset + byte];
    }

    elf_copy(file->bytes, image, found);
    bool same = memcmp(found, expected, image->size) == 0;
    for (uint64_t i = 0; !same && i < image->size; i++)
        CHECK(found[i] == expected[i], "the copy at %#lx: expected %#x, found %#x", image->base + i,
              expected[i], found[i]);
    free(expected);
    free(found);
}

void elf_judge(const uint8_t *input, size_t size)
{
    uint8_t *bytes = malloc(size); /* malloc aligns, and ASan guards what is behind it */
    memcpy(bytes, input, size);
    struct file file = {bytes, size};

    struct elf_image expected, found;
    const char *expected_field = expected_verdict(&file, &expected), *field = NULL;
    int error = elf_check(bytes, size, &found, &field);

    if (expected_field != NULL) {
        CHECK(error == -ENOEXEC, "expected -ENOEXEC (%d) for %s, found %d", -ENOEXEC,
              expected_field, error);
        CHECK(field != NULL && strcmp(field, expected_field) == 0, "expected field %s, found %s",
              expected_field, field ? field : "none");
    } else {
        CHECK(error == 0, "refused a good image: %d, %s", error, field ? field : "no field");
        CHECK(found.segments == expected.segments && found.count == expected.count &&
                  found.entry == expected.entry,
              "expected %u segments at %p, entry %#lx, found %u at %p, %#lx", expected.count,
              (const void *)expected.segments, expected.entry, found.count,
              (const void *)found.segments, found.entry);
        CHECK(found.base == expected.base && found.size == expected.size,
              "expected %#lx + %#lx, found %#lx + %#lx", expected.base, expected.size, found.base,
              found.size);
        if (expected.size <= COPY_BYTES_MAX)
            check_copy(&file, &found);
    }
    CHECK(memcmp(bytes, input, size) == 0, "the file was written to");
    free(bytes);
}
