/* loader/elf_image.c: every rule broken alone, at its limits, and valid images mutated at random.
 */
#include <stdlib.h>
#include <string.h>

#include "elf_make.h"
#include "loader/elf_image.h"
#include "test.h"

static void judge_image(const struct made_image *image)
{
    judge(elf_judge, image->bytes, image->size);
}

static void good_images(void)
{
    unsigned refused = 0;
    for (unsigned round = 0; round < 1000; round++) {
        struct made_image image;
        struct elf_image described;
        const char *field;
        make_image(&image, 1 + random_below(6));
        judge_image(&image);
        refused += elf_check(image.bytes, image.size, &described, &field) != 0;
    }
    CHECK(refused < 100, "%u of 1000 good images were refused", refused); /* some are too high */
}

/* All prefixes of an image. */
static void truncated(void)
{
    struct made_image image;
    make_image(&image, 3);
    for (size_t size = 0; size <= image.size; size++)
        judge(elf_judge, image.bytes, size);
}

/* Every field of the file header and of each program header, with values at every limit. */
static void one_field(void)
{
    static const uint8_t header_fields[][2] = {{0, 4},  {4, 1},  {5, 1},  {6, 1},  {16, 2}, {18, 2},
                                               {20, 4}, {24, 8}, {32, 8}, {54, 2}, {56, 2}};
    static const uint8_t segment_fields[][2] = {{0, 4}, {8, 8}, {16, 8}, {32, 8}, {40, 8}, {48, 8}};
    enum { HEADERS = sizeof header_fields / 2, SEGMENTS = sizeof segment_fields / 2 };

    for (unsigned field = 0; field < HEADERS + 3 * SEGMENTS; field++)
        for (unsigned round = 0; round < 400; round++) {
            struct made_image image;
            make_image(&image, 3);
            bool in_header = field < HEADERS;
            unsigned nth = (field - HEADERS) / SEGMENTS;
            const uint8_t *where =
                in_header ? header_fields[field] : segment_fields[(field - HEADERS) % SEGMENTS];
            change_field(&image, (in_header ? 0 : image.phoff + nth * 56) + where[0], where[1]);
            judge_image(&image);
        }
}

/* Several fields at once, headers in the file's middle, bytes flipped, headers swapped. */
static void many_changes(void)
{
    for (unsigned round = 0; round < 20000; round++) {
        struct made_image image;
        make_image(&image, 1 + random_below(6));
        mutate_image(&image);
        judge_image(&image);
    }
}

/* Sums that wrap round 2^64 to something harmless. */
static void wrapping_sums(void)
{
    for (unsigned round = 0; round < 1000; round++) {
        struct made_image image;
        make_image(&image, 1);
        uint64_t offset = random_below(image.size + 1), vaddr = 0 - 4096 * (1 + random_below(9));
        uint64_t bytes = random_below(image.size) - (random_chance(50) ? offset : vaddr);
        put_number(&image, image.phoff + 8, 8, random_chance(80) ? offset : 0 - offset);
        put_number(&image, image.phoff + 32, 8, random_chance(50) ? bytes : random_below(2));
        put_number(&image, image.phoff + 40, 8, bytes);
        put_number(&image, image.phoff + 16, 8, vaddr);
        put_number(&image, image.phoff + 48, 8, 0);
        if (random_chance(20)) /* e_phoff + 56 */
            put_number(&image, 32, 8, random_below(9) * 8 - 56);
        judge_image(&image);
    }
}

/* 65535 program headers, all of them there; and one too few. */
static void most_headers(void)
{
    size_t size = 64 + 65535 * 56;
    uint8_t *file = calloc(1, size);
    struct made_image image;
    make_image(&image, 1);
    memcpy(file, image.bytes, 64);
    memcpy(file + 64 + 65534 * 56, image.bytes + image.phoff, 56);
    memset(file + 56, 0xff, 2); /* e_phnum */
    memset(file + 32, 0, 8);
    file[32] = 64; /* e_phoff */
    judge(elf_judge, file, size);
    judge(elf_judge, file, size - 1);
    free(file);
}

const struct test elf_tests[] = {
    {"elf/good_images", good_images},
    {"elf/truncated", truncated},
    {"elf/one_field", one_field},
    {"elf/many_changes", many_changes},
    {"elf/wrapping_sums", wrapping_sums},
    {"elf/most_headers", most_headers},
    {0},
};
